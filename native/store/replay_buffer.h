// Entries read back from the log, on their way into memtables: gathered, sorted, then inserted in
// order. Inserting a log of random keys one by one would miss the cache at every step of every
// search; in order, each search begins where the last one ended.
#pragma once

#include <cstdint>
#include <vector>

#include "ledgerstone/env.h"
#include "memtable/memtable.h"

namespace ledgerstone {

class ReplayBuffer {
 public:
  explicit ReplayBuffer(Env* env) : env_(env) {}
  ~ReplayBuffer();
  ReplayBuffer(const ReplayBuffer&) = delete;
  ReplayBuffer& operator=(const ReplayBuffer&) = delete;

  // Keeps a copy of a record's payload, for the entries that point into it, until the next Insert.
  // Inserts what is there first when there is no room left. NoMemory when there is none at all.
  Status Keep(Slice payload, Slice* kept);
  void Add(MemTable* memtable, Slice user_key, uint64_t trailer, Slice value);
  // Puts everything into the memtables and empties the buffer.
  void Insert();

 private:
  static constexpr size_t kPagesBytes = size_t{32} << 20;
  static constexpr size_t kEntriesMax = size_t{1} << 19;

  struct Entry {
    uint32_t table;  // index into tables_
    Slice user_key;
    uint64_t trailer;
    Slice value;

    void PrefetchBytes() const;
  };
  struct Table {
    MemTable* memtable;
    Slice first_key;
    size_t common;  // bytes that all keys begin with
  };
  // What decides between most entries, close together.
  struct Place {
    uint64_t prefix;  // eight bytes of the key behind what all share, as a number that sorts alike
    uint32_t table;
    uint32_t index;
  };

  uint32_t TableOf(MemTable* memtable, Slice user_key);
  bool Before(const Place& a, const Place& b) const;
  void InsertEntries();

  Env* const env_;
  char* pages_ = nullptr;
  size_t pages_bytes_ = 0;
  size_t used_ = 0;
  std::vector<Table> tables_;
  std::vector<Entry> entries_;
  std::vector<Place> places_;
};

}  // namespace ledgerstone
