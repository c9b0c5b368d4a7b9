#include "store/commit_queue.h"

#include <algorithm>

#include "base/checks.h"
#include "log/format.h"

namespace ledgerstone {

void CommitQueue::Push(CommitRequest request) {
  bytes_ += request.bytes.size();
  requests_.push_back(std::move(request));
}

size_t CommitQueue::RunLength(uint64_t group_bytes_max) const {
  LS_CHECK(!requests_.empty());
  const CommitRequest::Kind kind = requests_.front().kind;
  uint64_t bytes = requests_.front().bytes.size();
  size_t length = 1;
  if (kind == CommitRequest::Kind::kFlush || kind == CommitRequest::Kind::kIngest) return length;
  for (; length < requests_.size(); ++length) {
    const CommitRequest& next = requests_[length];
    bytes += next.bytes.size();
    if (next.kind != kind || bytes > group_bytes_max) break;
  }
  return length;
}

CommitQueue::Ahead CommitQueue::Peek(uint64_t group_bytes_max) const {
  Ahead ahead{requests_.front().kind, 0, 0};
  const size_t length = RunLength(group_bytes_max);
  for (size_t i = 0; i < length; ++i) {
    ahead.bytes += requests_[i].bytes.size();
    ahead.count += requests_[i].count;
  }
  return ahead;
}

CommitGroup CommitQueue::Take(uint64_t group_bytes_max) {
  CommitGroup group;
  const size_t length = RunLength(group_bytes_max);
  group.kind = requests_.front().kind;
  group.requests.reserve(length);
  for (size_t i = 0; i < length; ++i) {
    CommitRequest& request = requests_.front();
    group.durability = std::max(group.durability, request.durability);
    group.bytes += request.bytes.size();
    group.count += request.count;
    group.conditional |= request.transaction_id != 0 || !request.refusal.ok();
    group.requests.push_back(std::move(request));
    requests_.pop_front();
  }
  LS_CHECK(group.bytes <= bytes_);
  bytes_ -= group.bytes;
  return group;
}

std::vector<CommitRequest> CommitQueue::TakeAll() {
  std::vector<CommitRequest> all(std::make_move_iterator(requests_.begin()),
                                 std::make_move_iterator(requests_.end()));
  requests_.clear();
  bytes_ = 0;
  return all;
}

std::vector<CommitRequest> CommitQueue::TakeWrites() {
  std::vector<CommitRequest> taken;
  for (CommitRequest& request : TakeAll()) {
    if (request.changes_namespaces) {
      Push(std::move(request));
    } else {
      taken.push_back(std::move(request));
    }
  }
  return taken;
}

}  // namespace ledgerstone
