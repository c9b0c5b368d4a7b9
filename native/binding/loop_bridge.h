// The way back from the engine's lanes to one JavaScript thread: calls that are queued on any
// thread and run on that one.
//
// 1. Calls run in the order they were queued, several in one turn. Queueing never waits.
// 2. While something is held, the process stays alive and so does the owner; nothing held keeps
//    neither.
// 3. After Cut, calls are dropped. Enqueue may be called from any thread; all else on the
//    JavaScript thread.
#pragma once

#include <node_api.h>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace ledgerstone::binding {

class LoopBridge {
 public:
  using Call = std::function<void(napi_env)>;

  LoopBridge() = default;
  ~LoopBridge();
  LoopBridge(const LoopBridge&) = delete;
  LoopBridge& operator=(const LoopBridge&) = delete;

  // `at_end` is called when the environment ends, with the bridge still whole.
  void Attach(napi_env env, std::function<void()> at_end);
  // False when it was cut before. What is held is let go of: the owner may be gone behind it.
  bool Cut();
  bool is_cut();

  void Enqueue(Call call);
  // Runs what is queued.
  void Deliver();

  void Hold(const std::shared_ptr<void>& owner);
  void LetGo();

  napi_env env() const { return env_; }

 private:
  static void CallJs(napi_env env, napi_value, void* context, void*);
  static void End(void* bridge);

  napi_env env_ = nullptr;
  napi_threadsafe_function function_ = nullptr;
  std::function<void()> at_end_;
  uint64_t held_ = 0;
  std::shared_ptr<void> owner_while_held_;

  std::mutex mutex_;
  bool cut_ = false;  // guarded by mutex_, like all below
  bool nudged_ = false;
  std::deque<Call> calls_;
};

}  // namespace ledgerstone::binding
