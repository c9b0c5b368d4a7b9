#include "testing/allocation_faults.h"

#include <atomic>
#include <new>

namespace ledgerstone {
namespace {

constexpr uint64_t kNone = ~uint64_t{0};

std::atomic<uint64_t> counted{0};
std::atomic<uint64_t> failed{0};
std::atomic<uint64_t> fail_at{kNone};
std::atomic<bool> fail_on{false};

}  // namespace

void AllocationFaults::CountOnly() { FailAt(kNone, false); }

void AllocationFaults::FailAt(uint64_t n, bool from_then_on) {
  ::ledgerstone::counted = 0;
  ::ledgerstone::failed = 0;
  fail_at = n;
  fail_on = from_then_on;
}

uint64_t AllocationFaults::counted() { return ::ledgerstone::counted; }
uint64_t AllocationFaults::failed() { return ::ledgerstone::failed; }

void AllocationFaults::Include(SimulatedEnv* env) { env->SetPageRefusal(&AllocationFaults::Next); }

bool AllocationFaults::Next() {
  const uint64_t number = ::ledgerstone::counted.fetch_add(1);
  const bool fails = fail_on ? number >= fail_at : number == fail_at;
  if (fails) ++::ledgerstone::failed;
  return fails;
}

}  // namespace ledgerstone

// What the throwing forms give, so that every operator delete fits.
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  if (ledgerstone::AllocationFaults::Next()) return nullptr;
  try {
    return ::operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  if (ledgerstone::AllocationFaults::Next()) return nullptr;
  try {
    return ::operator new[](size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void* operator new[](size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  if (ledgerstone::AllocationFaults::Next()) return nullptr;
  try {
    return ::operator new[](size, alignment);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
