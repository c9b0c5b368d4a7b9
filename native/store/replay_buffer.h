// Entries read back from the log, on their way into memtables: gathered, sorted, then inserted in
// order. Inserting a log of random keys one by one would miss the cache at every step of every search;
// in order, each search begins where the last one ended.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "memtable/memtable.h"

namespace ledgerstone {

class ReplayBuffer {
 public:
  // Keeps a copy of a record's payload, for the entries that point into it. The copy stays until Insert.
  Slice Keep(Slice payload);
  void Add(MemTable* memtable, Slice user_key, uint64_t trailer, Slice value);
  bool full() const { return kept_bytes_ >= kKeptBytesMax; }
  // Puts everything into the memtables and empties the buffer.
  void Insert();

 private:
  static constexpr uint64_t kKeptBytesMax = uint64_t{32} << 20;

  struct Entry {
    MemTable* memtable;
    uint64_t prefix;  // first eight bytes of the key, as a number that sorts as they do
    Slice user_key;
    uint64_t trailer;
    Slice value;
  };
  static bool Before(const Entry& a, const Entry& b);

  std::deque<std::string> kept_;
  uint64_t kept_bytes_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace ledgerstone
