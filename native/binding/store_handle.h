// One open store of one JavaScript environment: the engine's store, the buffers shared with
// JavaScript, and the way back from the engine's lanes to the JavaScript thread.
//
// 1. Every function of the JavaScript object, and all work under way, hold it by shared_ptr; the
//    engine's store lives as long as it does, closed or not, so a late call gets CLOSED and never a
//    stale pointer. References are taken and dropped on the JavaScript thread only: a lane never
//    destroys a store.
// 2. Fields are for the JavaScript thread, except those under mutex_, which the lanes use too.
// 3. The commit lane settles tickets in order; JavaScript is told the highest one, not each.
// 4. While tickets or lane calls are open, the process stays alive and so does the handle; an idle
//    store keeps neither.
#pragma once

#include <node_api.h>

#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <span>
#include <utility>

#include "binding/values.h"
#include "ledgerstone/event_listener.h"
#include "ledgerstone/store.h"

namespace ledgerstone::binding {

class StoreHandle : public EventListener, public std::enable_shared_from_this<StoreHandle> {
 public:
  StoreHandle() = default;
  ~StoreHandle() override;

  // Takes the JavaScript callbacks; before the store is opened.
  void Attach(napi_env env, napi_value on_committed, napi_value on_event);
  // Closes the store and cuts the ways to JavaScript: when the environment ends, when opening
  // failed, when the store was forgotten. Idempotent.
  void Detach();
  bool detached();
  // After a close: what was settled is told first.
  void DeliverAndDetach();

  // Bytes of a JavaScript array that stays referenced.
  struct Buffer : Bytes {
    napi_ref reference = nullptr;
  };
  bool SetBuffer(napi_env env, napi_value bytes, const char* name, Buffer* buffer);

  // Gives `start` the callback that settles a new ticket, and the ticket to JavaScript. A refusal
  // comes during `start`: it is thrown, and its ticket counts as never given out.
  template <class Start>
  napi_value TicketFrom(const Start& start) {
    Status refusal;
    const uint64_t ticket = OpenTicket(&refusal);
    start(Store::Done([this, ticket](const Status& status) { EndTicket(ticket, status); }));
    return HandOut(ticket, refusal);
  }
  // Queues transactions, at least one. Gives the ticket of the first; the others follow it.
  napi_value CommitAll(std::span<TransactionCommit> commits);
  // A promise settled by a callback on a lane.
  napi_value PromiseFrom(const std::function<void(Store::Done)>& start);

  void OnEvent(const Event& event) override;

  std::unique_ptr<Store> store;
  Buffer write_buffer;
  Buffer key_buffer;
  Buffer value_buffer;
  Buffer request_buffer;
  Buffer transaction_buffer;
  PinnedValue large_value;  // the last read's; its bytes only when it was too large

 private:
  static void CallJs(napi_env env, napi_value, void* context, void*);
  void Deliver();
  void DeliverCommits();
  uint64_t OpenTicket(Status* refusal);
  void EndTicket(uint64_t ticket, const Status& status);
  napi_value HandOut(uint64_t ticket, const Status& refusal);
  void Settle(uint64_t ticket, const Status& status);
  void Enqueue(std::function<void(napi_env)> call);
  void Nudge();
  void Hold();
  void LetGo(uint64_t count);

  struct Settled {
    uint64_t ticket = 0;
    Status status;
  };

  napi_env env_ = nullptr;
  napi_threadsafe_function bridge_ = nullptr;
  napi_ref on_committed_ = nullptr;
  napi_ref on_event_ = nullptr;
  uint64_t next_ticket_ = 1;
  uint64_t delivered_ticket_ = 0;
  uint64_t held_ = 0;  // open tickets and lane calls
  std::shared_ptr<StoreHandle> self_while_held_;

  std::mutex mutex_;
  bool detached_ = false;  // guarded by mutex_, like all below
  bool nudged_ = false;
  std::deque<Settled> settled_;  // runs of equal outcome: the last ticket of each
  std::deque<std::function<void(napi_env)>> calls_;
};

using StoreHandlePtr = std::shared_ptr<StoreHandle>;

// A call of one of the store's functions.
template <size_t N = 0>
struct StoreCall : Call<N> {
  using Call<N>::Call;
  StoreHandle* handle() const { return static_cast<StoreHandle*>(this->data); }
  Store* store() const { return handle()->store.get(); }
  StoreHandlePtr shared() const { return handle()->shared_from_this(); }
};

struct StoreFunction {
  const char* name;
  napi_callback callback;
};
// Adds functions that know the handle to the JavaScript object; each keeps it alive.
void DefineStoreFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle,
                          std::initializer_list<StoreFunction> functions);
// The functions of NativeStore, by path.
void DefineWriteFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle);
void DefineReadFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle);
void DefineRangeFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle);
void DefineTransactionFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle);
void DefineNamespaceFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle);
void DefineWholeFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle);

}  // namespace ledgerstone::binding
