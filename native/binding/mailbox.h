// The way back from the engine's lanes to one store handle on its JavaScript thread.
//
// 1. The lanes hold it by shared_ptr, in the callbacks of what is under way; it may outlive the
//    handle, whose engine may be shared by others and go on. Once cut it takes nothing any more.
// 2. What was posted is delivered on the JavaScript thread alone, commits first. One nudge of the
//    bridge is under way at a time.
// 3. The commit lane settles tickets in order; JavaScript is told the highest one, not each.
#pragma once

#include <node_api.h>

#include <deque>
#include <functional>
#include <mutex>

#include "ledgerstone/event_listener.h"

namespace ledgerstone::binding {

class StoreHandle;

class Mailbox : public EventListener {
 public:
  struct Settled {
    uint64_t ticket = 0;
    Status status;
  };
  using Call = std::function<void(StoreHandle&)>;

  Mailbox(napi_threadsafe_function bridge, bool wants_events)
      : wants_events_(wants_events), bridge_(bridge) {}

  void Settle(uint64_t ticket, const Status& status);
  void Post(Call call);
  void OnEvent(const Event& event) override;

  // For the JavaScript thread. Take begins a delivery: what is posted later nudges again.
  std::deque<Call> Take();
  // Runs of equal outcome: the last ticket of each.
  std::deque<Settled> TakeSettled();
  bool IsCut();
  // True for the call that cut it: the bridge is used no more.
  bool Cut();

 private:
  void Nudge();

  const bool wants_events_;
  std::mutex mutex_;
  napi_threadsafe_function bridge_;  // guarded by mutex_, like all below; null once cut
  bool nudged_ = false;
  std::deque<Settled> settled_;
  std::deque<Call> calls_;
};

}  // namespace ledgerstone::binding
