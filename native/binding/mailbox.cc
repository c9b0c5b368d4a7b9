#include "binding/mailbox.h"

#include <utility>

#include "binding/store_handle.h"

namespace ledgerstone::binding {

void Mailbox::Settle(uint64_t ticket, const Status& status) {
  const std::lock_guard lock(mutex_);
  if (bridge_ == nullptr) return;
  if (!settled_.empty() && settled_.back().status.ok() && status.ok()) {
    settled_.back().ticket = ticket;
  } else {
    settled_.push_back({ticket, status});
  }
  Nudge();
}

void Mailbox::Post(Call call) {
  const std::lock_guard lock(mutex_);
  if (bridge_ == nullptr) return;
  calls_.push_back(std::move(call));
  Nudge();
}

void Mailbox::OnEvent(const Event& event) {
  if (wants_events_) Post([event](StoreHandle& handle) { handle.TellEvent(event); });
}

std::deque<Mailbox::Call> Mailbox::Take() {
  const std::lock_guard lock(mutex_);
  nudged_ = false;
  return std::exchange(calls_, {});
}

std::deque<Mailbox::Settled> Mailbox::TakeSettled() {
  const std::lock_guard lock(mutex_);
  return std::exchange(settled_, {});
}

bool Mailbox::IsCut() {
  const std::lock_guard lock(mutex_);
  return bridge_ == nullptr;
}

bool Mailbox::Cut() {
  std::deque<Call> dropped;
  const std::lock_guard lock(mutex_);
  dropped.swap(calls_);
  settled_.clear();
  return std::exchange(bridge_, nullptr) != nullptr;
}

void Mailbox::Nudge() {
  if (nudged_) return;
  nudged_ = true;
  napi_call_threadsafe_function(bridge_, nullptr, napi_tsfn_nonblocking);
}

}  // namespace ledgerstone::binding
