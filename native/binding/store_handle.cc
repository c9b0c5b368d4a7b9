#include "binding/store_handle.h"

#include "binding/environment.h"
#include "binding/pool_work.h"
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
  for (const Buffer* buffer : {&write_buffer, &key_buffer, &value_buffer, &request_buffer}) {
    if (buffer->reference != nullptr) napi_delete_reference(env_, buffer->reference);
  }
}

void StoreHandle::Attach(napi_env env, napi_value on_committed, napi_value on_event) {
  env_ = env;
  napi_create_reference(env, on_committed, 1, &on_committed_);
  if (!IsUndefined(env, on_event)) napi_create_reference(env, on_event, 1, &on_event_);
  napi_create_threadsafe_function(env, nullptr, nullptr, Text(env, "ledgerstone.bridge"), 0, 1,
                                  nullptr, nullptr, this, CallJs, &bridge_);
  napi_unref_threadsafe_function(env, bridge_);
  napi_add_env_cleanup_hook(env, EndStore, this);
}

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
}

void StoreHandle::DeliverAndDetach() {
  Deliver();
  Detach();
}

bool StoreHandle::SetBuffer(napi_env env, napi_value bytes, const char* name, Buffer* buffer) {
  char* data = nullptr;
  size_t size = 0;
  if (!GetBytes(env, bytes, name, &data, &size)) return false;
  if (buffer->reference != nullptr) napi_delete_reference(env, buffer->reference);
  buffer->data = data;
  buffer->size = size;
  return napi_create_reference(env, bytes, 1, &buffer->reference) == napi_ok;
}

bool StoreHandle::detached() {
  const std::lock_guard lock(mutex_);
  return detached_;
}

uint64_t StoreHandle::Submit(Slice batch, uint32_t count, const WriteOptions& options,
                             Status* refusal) {
  return SubmitWith([&](Store::Done done) { store->Write(batch, count, options, std::move(done)); },
                    refusal);
}

uint64_t StoreHandle::SubmitWith(const std::function<void(Store::Done)>& start, Status* refusal) {
  const uint64_t ticket = next_ticket_++;
  Hold();
  refusal_here = refusal;
  // A refusal comes at once, on this thread; it is thrown, and its ticket counts as never given
  // out.
  start([this, ticket](const Status& status) {
    if (!status.ok() && refusal_here != nullptr) {
      *refusal_here = status;
    } else {
      Settle(ticket, status);
    }
  });
  refusal_here = nullptr;
  if (refusal->ok()) return ticket;
  --next_ticket_;
  LetGo(1);
  return 0;
}

napi_value StoreHandle::PromiseFrom(const std::function<void(Store::Done)>& start) {
  napi_deferred deferred = nullptr;
  napi_value promise = nullptr;
  napi_create_promise(env_, &deferred, &promise);
  if (detached()) {
    napi_reject_deferred(env_, deferred, MakeError(env_, Status::Closed("the store")));
    return promise;
  }
  Hold();
  start([this, deferred](const Status& status) {
    {
      const std::lock_guard lock(mutex_);
      if (detached_) return;
      calls_.push_back([this, deferred, status](napi_env env) {
        if (status.ok()) {
          napi_resolve_deferred(env, deferred, Undefined(env));
        } else {
          napi_reject_deferred(env, deferred, MakeError(env, status));
        }
        LetGo(1);
      });
    }
    Nudge();
  });
  return promise;
}

void StoreHandle::OnEvent(const Event& event) {
  if (on_event_ == nullptr) return;
  {
    const std::lock_guard lock(mutex_);
    if (detached_) return;
    calls_.push_back([this, text = EventText(event),
                      kind = std::string(EventKindName(event.kind))](napi_env env) {
      napi_value callback = nullptr;
      if (on_event_ == nullptr || napi_get_reference_value(env, on_event_, &callback) != napi_ok)
        return;
      napi_value arguments[] = {Text(env, text), Text(env, kind)};
      napi_call_function(env, Undefined(env), callback, 2, arguments, nullptr);
    });
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
    napi_value callback = nullptr;
    if (on_committed_ == nullptr ||
        napi_get_reference_value(env_, on_committed_, &callback) != napi_ok) {
      continue;
    }
    napi_value arguments[] = {Number(env_, run.ticket),
                              run.status.ok() ? Undefined(env_) : MakeError(env_, run.status)};
    napi_call_function(env_, Undefined(env_), callback, 2, arguments, nullptr);
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

void DefineStoreFunction(napi_env env, napi_value object, const char* name, napi_callback callback,
                         const StoreHandlePtr& handle) {
  napi_value function = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, handle.get(), &function);
  napi_add_finalizer(env, function, new HandleBox(handle), ReleaseHandle, nullptr, nullptr);
  Set(env, object, name, function);
}

}  // namespace ledgerstone::binding
