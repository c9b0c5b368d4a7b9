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
  if (mailbox_ != nullptr) Detach();
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
  mailbox_ = std::make_shared<Mailbox>(bridge_, on_event_ != nullptr);
  napi_add_env_cleanup_hook(env, EndStore, this);
}

// An abandoned store closes here, on the pool.
Status StoreHandle::Open(const SharedStoreOptions& options, const std::string& path) {
  std::unique_ptr<SharedStore> opened;
  LS_RETURN_IF_ERROR(SharedStore::Open(options, path, &opened));
  const std::lock_guard lock(arrival_mutex_);
  if (!abandoned_) arrived_ = std::move(opened);
  return Status::Ok();
}

void StoreHandle::Leave() {
  left_ = true;
  large_value.Reset();
  store->Leave();
}

void StoreHandle::Arrive() {
  {
    const std::lock_guard lock(arrival_mutex_);
    store = std::move(arrived_);
  }
  if (store == nullptr) Detach();
}

// What was open will be told to nobody: the hold it had on the handle is the last thing to go, and
// may be what kept the handle alive.
void StoreHandle::Detach() {
  if (!mailbox_->Cut()) return;
  std::unique_ptr<SharedStore> unfetched;
  {
    const std::lock_guard lock(arrival_mutex_);
    abandoned_ = true;
    unfetched = std::move(arrived_);
  }
  unfetched.reset();
  large_value.Reset();
  if (store != nullptr) (void)store->Close();
  napi_release_threadsafe_function(bridge_, napi_tsfn_abort);
  bridge_ = nullptr;
  for (napi_ref* reference : {&on_committed_, &on_event_}) {
    if (*reference != nullptr) napi_delete_reference(env_, *reference);
    *reference = nullptr;
  }
  napi_remove_env_cleanup_hook(env_, EndStore, this);
  LetGo(held_);
}

// An engine that others have open goes on with what this store gave it.
void StoreHandle::DeliverAndDetach() {
  closing_ = true;
  Deliver();
  if (held_ == 0) Detach();
}

bool StoreHandle::SetBuffer(napi_env env, napi_value bytes, const char* name, Buffer* buffer) {
  Bytes found;
  if (!Get(env, bytes, name, &found)) return false;
  if (buffer->reference != nullptr) napi_delete_reference(env, buffer->reference);
  static_cast<Bytes&>(*buffer) = found;
  return napi_create_reference(env, bytes, 1, &buffer->reference) == napi_ok;
}

// Settled in their order by the engine, also those it refuses one by one.
napi_value StoreHandle::CommitAll(std::span<TransactionCommit> commits) {
  const uint64_t first = next_ticket_;
  for (TransactionCommit& commit : commits) {
    commit.done = [box = mailbox_, ticket = next_ticket_++](const Status& status) {
      box->Settle(ticket, status);
    };
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

void StoreHandle::EndTicket(Mailbox* mailbox, uint64_t ticket, const Status& status) {
  if (!status.ok() && refusal_here != nullptr) {
    *refusal_here = status;
  } else {
    mailbox->Settle(ticket, status);
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
  start([box = mailbox_, deferred](const Status& status) {
    box->Post([deferred, status](StoreHandle& handle) {
      Conclude(handle.env_, deferred, status, Undefined(handle.env_));
      handle.LetGo(1);
    });
  });
  return promise;
}

napi_value StoreHandle::IdlePromiseFrom(const std::function<void(std::function<void()>)>& start) {
  napi_deferred deferred = nullptr;
  napi_value promise = nullptr;
  napi_create_promise(env_, &deferred, &promise);
  if (detached()) {
    Conclude(env_, deferred, Status::Ok(), Undefined(env_));
    return promise;
  }
  start([box = mailbox_, deferred] {
    box->Post([deferred](StoreHandle& handle) {
      Conclude(handle.env_, deferred, Status::Ok(), Undefined(handle.env_));
    });
  });
  return promise;
}

void StoreHandle::TellEvent(const Event& event) {
  CallBack(env_, on_event_, {EventObject(env_, event)});
}

void StoreHandle::CallJs(napi_env env, napi_value, void* context, void*) {
  if (env == nullptr) return;
  static_cast<StoreHandle*>(context)->Deliver();
}

void StoreHandle::Deliver() {
  const StoreHandlePtr self = shared_from_this();
  napi_handle_scope scope = nullptr;
  napi_open_handle_scope(env_, &scope);
  const std::deque<Mailbox::Call> calls = mailbox_->Take();
  for (const Mailbox::Settled& run : mailbox_->TakeSettled()) {
    CallBack(
        env_, on_committed_,
        {Value(env_, run.ticket), run.status.ok() ? Undefined(env_) : MakeError(env_, run.status)});
    LetGo(run.ticket - std::exchange(delivered_ticket_, run.ticket));
  }
  for (const Mailbox::Call& call : calls) call(*this);
  napi_close_handle_scope(env_, scope);
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
  const StoreHandlePtr last = std::move(self_while_held_);
  if (closing_) Detach();
}

void DefineStoreFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle,
                          std::initializer_list<StoreFunction> functions) {
  for (const auto& [name, callback] : functions) {
    napi_value function = Function(env, name, callback, handle.get());
    auto box = std::make_unique<HandleBox>(handle);
    if (napi_add_finalizer(env, function, box.get(), ReleaseHandle, nullptr, nullptr) != napi_ok) {
      return;
    }
    (void)box.release();
    Set(env, object, name, function);
  }
}

}  // namespace ledgerstone::binding
