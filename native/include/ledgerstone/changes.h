// The committed batches of a store in commit order, read from its log: replayed from where the
// reader left off, then followed as they come.
//
// 1. A batch is given whole, once, in commit order, without a gap; or the reader is told
//    NotRetained. Batches of derived namespaces are not in the log and not here.
// 2. A reader holds nothing back: what it has not read goes when retention lets it go.
// 3. Read waits for the disk; Wait does not. One thread at a time. May outlive Close, but not the
//    Store.
#pragma once

#include <cstdint>
#include <functional>

#include "ledgerstone/status.h"

namespace ledgerstone {

struct ChangesOptions {
  uint64_t after = 0;  // batches that end above this sequence
  // Only what is synced: what is shown can then not be taken back by a power cut.
  bool durable = false;
};

class ChangeReader {
 public:
  virtual ~ChangeReader() = default;

  struct Chunk {
    size_t bytes = 0;
    // Every batch up to this sequence was given, by this call or before.
    uint64_t through = 0;
    // Where not one batch fitted: the room that the next one takes.
    size_t needed = 0;
  };
  // Writes whole batches, as many as fit and are there:
  //   batch := bytes: u32, count: u32, first: u64 (the first of count sequences),
  //            entries: `bytes` bytes as in write_batch.h
  virtual Status Read(char* out, size_t size, Chunk* chunk) = 0;
  // `ready` is called once, on a lane or at once, when Read may have more than it had at `through`,
  // or a failure to tell.
  virtual void Wait(uint64_t through, std::function<void()> ready) = 0;
};

}  // namespace ledgerstone
