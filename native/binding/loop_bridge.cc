#include "binding/loop_bridge.h"

#include "binding/values.h"

namespace ledgerstone::binding {

LoopBridge::~LoopBridge() {
  if (function_ != nullptr) Cut();
}

// Hooks run in the reverse order they were added, so this one, added after the function was made,
// finds the function still there.
void LoopBridge::Attach(napi_env env, std::function<void()> at_end) {
  env_ = env;
  at_end_ = std::move(at_end);
  napi_create_threadsafe_function(env, nullptr, nullptr, Value(env, "ledgerstone.bridge"), 0, 1,
                                  nullptr, nullptr, this, CallJs, &function_);
  napi_unref_threadsafe_function(env, function_);
  napi_add_env_cleanup_hook(env, End, this);
}

bool LoopBridge::Cut() {
  {
    const std::lock_guard lock(mutex_);
    if (cut_) return false;
    cut_ = true;
    calls_.clear();
  }
  napi_release_threadsafe_function(function_, napi_tsfn_abort);
  function_ = nullptr;
  napi_remove_env_cleanup_hook(env_, End, this);
  held_ = 0;
  const std::shared_ptr<void> owner = std::move(owner_while_held_);
  return true;
}

bool LoopBridge::is_cut() {
  const std::lock_guard lock(mutex_);
  return cut_;
}

void LoopBridge::Enqueue(Call call) {
  const std::lock_guard lock(mutex_);
  if (cut_) return;
  calls_.push_back(std::move(call));
  if (nudged_) return;
  nudged_ = true;
  napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking);
}

void LoopBridge::Deliver() {
  napi_handle_scope scope = nullptr;
  napi_open_handle_scope(env_, &scope);
  std::deque<Call> calls;
  {
    const std::lock_guard lock(mutex_);
    nudged_ = false;
    calls.swap(calls_);
  }
  const std::shared_ptr<void> owner = owner_while_held_;
  for (const Call& call : calls) call(env_);
  napi_close_handle_scope(env_, scope);
}

void LoopBridge::Hold(const std::shared_ptr<void>& owner) {
  if (held_++ > 0) return;
  owner_while_held_ = owner;
  if (function_ != nullptr) napi_ref_threadsafe_function(env_, function_);
}

void LoopBridge::LetGo() {
  if (held_ == 0 || --held_ > 0) return;
  if (function_ != nullptr) napi_unref_threadsafe_function(env_, function_);
  const std::shared_ptr<void> owner = std::move(owner_while_held_);
}

void LoopBridge::CallJs(napi_env env, napi_value, void* context, void*) {
  if (env != nullptr) static_cast<LoopBridge*>(context)->Deliver();
}

void LoopBridge::End(void* bridge) {
  const std::function<void()> at_end = static_cast<LoopBridge*>(bridge)->at_end_;
  at_end();
}

}  // namespace ledgerstone::binding
