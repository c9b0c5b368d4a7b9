// A bump allocator over one reserved run of pages. Addresses never move, so what lives in it can
// link by 32-bit offsets; everything goes at once when the arena does.
//
// 1. One thread allocates; others may read what was published to them.
// 2. Offsets count units of 8 bytes; 0 is never given out and means "none".
// 3. Pages are committed when first touched, so a large reservation costs nothing by itself.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/checks.h"
#include "ledgerstone/env.h"

namespace ledgerstone {

class Arena {
 public:
  static constexpr uint64_t kUnit = 8;
  static constexpr uint64_t kCapacityMax = (uint64_t{1} << 32) * kUnit;

  // nullptr when there is no memory.
  static std::unique_ptr<Arena> Create(Env* env, uint64_t capacity) {
    LS_CHECK(capacity > 0 && capacity <= kCapacityMax);
    char* base = env->AllocatePages(capacity);
    if (base == nullptr) return nullptr;
    return std::unique_ptr<Arena>(new Arena(env, base, capacity));
  }
  ~Arena() { env_->ReleasePages(base_, capacity_); }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // The offset of `size` zeroed bytes. The caller has made sure they fit.
  uint32_t Allocate(uint64_t size) {
    const uint64_t units = (size + kUnit - 1) / kUnit;
    const uint64_t at = used_.load(std::memory_order_relaxed);
    LS_CHECK(at + units * kUnit <= capacity_);
    used_.store(at + units * kUnit, std::memory_order_relaxed);
    return static_cast<uint32_t>(at / kUnit);
  }
  char* At(uint32_t offset) const { return base_ + uint64_t{offset} * kUnit; }
  uint32_t OffsetOf(const char* at) const {
    return static_cast<uint32_t>(static_cast<uint64_t>(at - base_) / kUnit);
  }

  // Readable from any thread.
  uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  uint64_t capacity() const { return capacity_; }
  uint64_t remaining() const { return capacity_ - used(); }

 private:
  Arena(Env* env, char* base, uint64_t capacity) : env_(env), base_(base), capacity_(capacity) {}

  Env* const env_;
  char* const base_;
  const uint64_t capacity_;
  std::atomic<uint64_t> used_{kUnit};
};

}  // namespace ledgerstone
