// How far the log may be shown to readers of changes, and who waits for more.
//
// 1. A point is the end of a record: every batch up to its sequence stands before it, in its
//    segment or an earlier one. The durable point never passes the visible one.
// 2. The commit lane moves the points, and Open sets them; any thread reads them and waits.
// 3. Waiters are called once, without the lock; a stopped feed calls them at once.
#pragma once

#include <functional>
#include <mutex>
#include <vector>

#include "base/internal_key.h"

namespace ledgerstone {

struct FeedPoint {
  uint64_t segment = 0;
  uint64_t offset = 0;
  Sequence sequence = 0;
};

class Feed {
 public:
  void SetVisible(const FeedPoint& point);
  // Entries up to here came into the store past the log; before they are visible.
  void SetIngested(Sequence sequence);
  // Everything visible is synced.
  void SetDurable();
  // Nothing comes any more; `cause` is why.
  void Stop(const Status& cause);

  FeedPoint Get(bool durable) const;
  Status stopped() const;
  // The last of the entries that came past the log; 0: none.
  Sequence ingested() const;
  // Until the point's sequence is above `through`.
  void Wait(bool durable, Sequence through, std::function<void()> ready);

 private:
  struct Waiter {
    bool durable = false;
    Sequence through = 0;
    std::function<void()> ready;
  };
  // Requires mutex_.
  const FeedPoint& Point(bool durable) const { return durable ? durable_ : visible_; }
  std::vector<Waiter> TakeReady();

  mutable std::mutex mutex_;  // a leaf; guards what follows
  FeedPoint visible_;
  FeedPoint durable_;
  Sequence ingested_ = 0;
  Status stopped_;
  std::vector<Waiter> waiters_;
};

}  // namespace ledgerstone
