#include "store/feed.h"

#include <algorithm>

#include "base/checks.h"

namespace ledgerstone {

void Feed::SetVisible(const FeedPoint& point) {
  std::vector<Waiter> ready;
  {
    const std::lock_guard lock(mutex_);
    LS_CHECK(point.sequence >= visible_.sequence);
    visible_ = point;
    ready = TakeReady();
  }
  for (const Waiter& waiter : ready) waiter.ready();
}

void Feed::SetIngested(Sequence sequence) {
  const std::lock_guard lock(mutex_);
  LS_CHECK(sequence > visible_.sequence);
  ingested_ = sequence;
}

void Feed::SetDurable() {
  std::vector<Waiter> ready;
  {
    const std::lock_guard lock(mutex_);
    durable_ = visible_;
    ready = TakeReady();
  }
  for (const Waiter& waiter : ready) waiter.ready();
}

void Feed::Stop(const Status& cause) {
  std::vector<Waiter> ready;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_.ok()) stopped_ = cause;
    ready.swap(waiters_);
  }
  for (const Waiter& waiter : ready) waiter.ready();
}

FeedPoint Feed::Get(bool durable) const {
  const std::lock_guard lock(mutex_);
  return Point(durable);
}

Status Feed::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

Sequence Feed::ingested() const {
  const std::lock_guard lock(mutex_);
  return ingested_;
}

void Feed::Wait(bool durable, Sequence through, std::function<void()> ready) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_.ok() && Point(durable).sequence <= through) {
      waiters_.push_back({durable, through, std::move(ready)});
      return;
    }
  }
  ready();
}

std::vector<Feed::Waiter> Feed::TakeReady() {
  if (waiters_.empty()) return {};
  const auto waits = [&](const Waiter& each) {
    return Point(each.durable).sequence <= each.through;
  };
  const auto split = std::stable_partition(waiters_.begin(), waiters_.end(), waits);
  std::vector<Waiter> ready(std::make_move_iterator(split),
                            std::make_move_iterator(waiters_.end()));
  waiters_.erase(split, waiters_.end());
  return ready;
}

}  // namespace ledgerstone
