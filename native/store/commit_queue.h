// Writes on their way to the commit lane, in commit order. Not locked; the store's mutex guards it.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/internal_key.h"
#include "ledgerstone/store.h"

namespace ledgerstone {

struct IngestTables;

struct CommitRequest {
  enum class Kind : uint8_t {
    kWrite,    // entries of ordinary namespaces: logged
    kDerived,  // entries of derived namespaces: not logged
    kFlush,    // a barrier: switch generations, done when all before it is flushed
    kIngest,   // a barrier: done alone, and only when all before it is in tables
  };
  Kind kind = Kind::kWrite;
  Durability durability = Durability::kDisk;
  bool changes_namespaces = false;  // made by the store: creates or drops one
  uint32_t count = 0;
  uint64_t applied = 0;
  uint64_t queued_micros = 0;  // when it was queued
  std::string bytes;
  // Of a transaction: what it read, as of which sequence. A refusal takes the request out of the
  // group, but not out of the order in which writers are told.
  uint64_t transaction_id = 0;
  Sequence read_sequence = 0;
  std::string reads;
  Status refusal;
  std::shared_ptr<const IngestTables> ingest;
  Store::Done done;
};

// Requests committed together: one log record, one sync.
struct CommitGroup {
  CommitRequest::Kind kind = CommitRequest::Kind::kWrite;
  Durability durability = Durability::kMemory;  // the strongest asked for
  uint64_t bytes = 0;
  uint32_t count = 0;
  bool conditional = false;  // some request is
  std::vector<CommitRequest> requests;
};

class CommitQueue {
 public:
  void Push(CommitRequest request);
  bool empty() const { return requests_.empty(); }
  uint64_t bytes() const { return bytes_; }
  const CommitRequest& front() const { return requests_.front(); }
  // What the next group would need, without taking it.
  struct Ahead {
    CommitRequest::Kind kind = CommitRequest::Kind::kWrite;
    uint64_t bytes = 0;
    uint32_t count = 0;
  };
  Ahead Peek(uint64_t group_bytes_max) const;
  // The longest run of one kind within `group_bytes_max`, at least one request; a barrier stands
  // alone.
  CommitGroup Take(uint64_t group_bytes_max);
  std::vector<CommitRequest> TakeAll();
  // All but the changes of namespaces, which callers already rely on.
  std::vector<CommitRequest> TakeWrites();

 private:
  size_t RunLength(uint64_t group_bytes_max) const;

  std::deque<CommitRequest> requests_;
  uint64_t bytes_ = 0;
};

}  // namespace ledgerstone
