#include "binding/store_handle.h"

#include "binding/environment.h"
#include "binding/pool_work.h"
#include "binding/statistics.h"
#include "binding/values.h"

namespace ledgerstone::binding {
namespace {

using HandleBox = StoreHandlePtr;

// Destroying a store that was never closed closes it, which waits for the disk: not on this thread.
void ReleaseHandle(napi_env env, void* box, void*) {
  std::unique_ptr<HandleBox> owned(static_cast<HandleBox*>(box));
  if (owned->use_count() > 1) return;
  const StoreHandlePtr last = std::move(*owned);
  if (last->detached()) return;
  RunDetached(env, "ledgerstone.forgotten",
              {.run = [last] { return last->store->Close(); },
               .settled = [last](napi_env) { last->Detach(); }});
}

// Set on a thread while it submits: a callback that comes on that thread then is a refusal.
thread_local Status* refusal_here = nullptr;

// The environment ends. Hooks run in the reverse order they were added, so this one, added after
// the bridge was made, finds the bridge still there.
void EndStore(void* handle) { static_cast<StoreHandle*>(handle)->Detach(); }

}  // namespace

StoreHandle::~StoreHandle() {
  if (bridge_ != nullptr) Detach();
  large_value.Reset();
  store.reset();
  for (const Buffer* buffer :
       {&write_buffer, &key_buffer, &value_buffer, &request_buffer, &transaction_buffer}) {
    if (buffer->reference != nullptr) napi_delete_reference(env_, buffer->reference);
  }
}

void StoreHandle::Attach(napi_env env, napi_value on_committed, napi_value on_event) {
  env_ = env;
  napi_create_reference(env, on_committed, 1, &on_committed_);
  if (!IsUndefined(env, on_event)) napi_create_reference(env, on_event, 1, &on_event_);
  napi_create_threadsafe_function(env, nullptr, nullptr, Value(env, "ledgerstone.bridge"), 0, 1,
                                  nullptr, nullptr, this, CallJs, &bridge_);
  napi_unref_threadsafe_function(env, bridge_);
  napi_add_env_cleanup_hook(env, EndStore, this);
}

// What was open will be told to nobody: the hold it had on the handle is the last thing to go, and
// may be what kept the handle alive.
void StoreHandle::Detach() {
  if (store != nullptr) (void)store->Close();
  {
    const std::lock_guard lock(mutex_);
    if (detached_) return;
    detached_ = true;
  }
  napi_release_threadsafe_function(bridge_, napi_tsfn_abort);
  bridge_ = nullptr;
  for (napi_ref* reference : {&on_committed_, &on_event_}) {
    if (*reference != nullptr) napi_delete_reference(env_, *reference);
    *reference = nullptr;
  }
  napi_remove_env_cleanup_hook(env_, EndStore, this);
  LetGo(held_);
}

void StoreHandle::DeliverAndDetach() {
  Deliver();
  Detach();
}

bool StoreHandle::SetBuffer(napi_env env, napi_value bytes, const char* name, Buffer* buffer) {
  Bytes found;
  if (!Get(env, bytes, name, &found)) return false;
  if (buffer->reference != nullptr) napi_delete_reference(env, buffer->reference);
  static_cast<Bytes&>(*buffer) = found;
  return napi_create_reference(env, bytes, 1, &buffer->reference) == napi_ok;
}

bool StoreHandle::detached() {
  const std::lock_guard lock(mutex_);
  return detached_;
}

// Settled in their order by the engine, also those it refuses one by one.
napi_value StoreHandle::CommitAll(std::span<TransactionCommit> commits) {
  const uint64_t first = next_ticket_;
  for (TransactionCommit& commit : commits) {
    commit.done = [this, ticket = next_ticket_++](const Status& status) { Settle(ticket, status); };
    Hold();
  }
  const Status refusal = store->Commit(commits);
  if (refusal.ok()) return Value(env_, first);
  next_ticket_ = first;
  LetGo(commits.size());
  return Throw(env_, refusal);
}

uint64_t StoreHandle::OpenTicket(Status* refusal) {
  Hold();
  refusal_here = refusal;
  return next_ticket_++;
}

void StoreHandle::EndTicket(uint64_t ticket, const Status& status) {
  if (!status.ok() && refusal_here != nullptr) {
    *refusal_here = status;
  } else {
    Settle(ticket, status);
  }
}

napi_value StoreHandle::HandOut(uint64_t ticket, const Status& refusal) {
  refusal_here = nullptr;
  if (refusal.ok()) return Value(env_, ticket);
  --next_ticket_;
  LetGo(1);
  return Throw(env_, refusal);
}

napi_value StoreHandle::PromiseFrom(const std::function<void(Store::Done)>& start) {
  napi_deferred deferred = nullptr;
  napi_value promise = nullptr;
  napi_create_promise(env_, &deferred, &promise);
  if (detached()) {
    Conclude(env_, deferred, Status::Closed("the store"), nullptr);
    return promise;
  }
  Hold();
  start([this, deferred](const Status& status) {
    Enqueue([this, deferred, status](napi_env env) {
      Conclude(env, deferred, status, Undefined(env));
      LetGo(1);
    });
  });
  return promise;
}

void StoreHandle::OnEvent(const Event& event) {
  if (on_event_ == nullptr) return;
  Enqueue([this, event](napi_env env) { CallBack(env, on_event_, {EventObject(env, event)}); });
}

void StoreHandle::Enqueue(std::function<void(napi_env)> call) {
  {
    const std::lock_guard lock(mutex_);
    if (detached_) return;
    calls_.push_back(std::move(call));
  }
  Nudge();
}

void StoreHandle::Settle(uint64_t ticket, const Status& status) {
  {
    const std::lock_guard lock(mutex_);
    if (detached_) return;
    if (!settled_.empty() && settled_.back().status.ok() && status.ok()) {
      settled_.back().ticket = ticket;
    } else {
      settled_.push_back({ticket, status});
    }
  }
  Nudge();
}

void StoreHandle::Nudge() {
  const std::lock_guard lock(mutex_);
  if (nudged_ || detached_) return;
  nudged_ = true;
  napi_call_threadsafe_function(bridge_, nullptr, napi_tsfn_nonblocking);
}

void StoreHandle::CallJs(napi_env env, napi_value, void* context, void*) {
  if (env == nullptr) return;
  static_cast<StoreHandle*>(context)->Deliver();
}

void StoreHandle::Deliver() {
  const StoreHandlePtr self = shared_from_this();
  napi_handle_scope scope = nullptr;
  napi_open_handle_scope(env_, &scope);
  std::deque<std::function<void(napi_env)>> calls;
  {
    const std::lock_guard lock(mutex_);
    nudged_ = false;
    calls.swap(calls_);
  }
  DeliverCommits();
  for (auto& call : calls) call(env_);
  napi_close_handle_scope(env_, scope);
}

void StoreHandle::DeliverCommits() {
  std::deque<Settled> settled;
  {
    const std::lock_guard lock(mutex_);
    settled.swap(settled_);
  }
  for (const Settled& run : settled) {
    LetGo(run.ticket - delivered_ticket_);
    delivered_ticket_ = run.ticket;
    CallBack(
        env_, on_committed_,
        {Value(env_, run.ticket), run.status.ok() ? Undefined(env_) : MakeError(env_, run.status)});
  }
}

void StoreHandle::Hold() {
  if (held_++ > 0) return;
  self_while_held_ = shared_from_this();
  if (bridge_ != nullptr) napi_ref_threadsafe_function(env_, bridge_);
}

// The last hold may be what keeps the handle alive: nothing of it is used afterwards.
void StoreHandle::LetGo(uint64_t count) {
  held_ -= count;
  if (held_ > 0) return;
  if (bridge_ != nullptr) napi_unref_threadsafe_function(env_, bridge_);
  self_while_held_.reset();
}

void DefineStoreFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle,
                          std::initializer_list<StoreFunction> functions) {
  for (const auto& [name, callback] : functions) {
    napi_value function = Function(env, name, callback, handle.get());
    napi_add_finalizer(env, function, new HandleBox(handle), ReleaseHandle, nullptr, nullptr);
    Set(env, object, name, function);
  }
}

}  // namespace ledgerstone::binding
