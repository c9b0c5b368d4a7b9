// One open store of one JavaScript environment: its share of the engine, the buffers shared with
// JavaScript, and what is open between the two.
//
// 1. Every function of the JavaScript object, and all work under way, hold it by shared_ptr; its
//    store lives as long as it does, closed or not, so a late call gets CLOSED and never a stale
//    pointer. References are taken and dropped on the JavaScript thread only: a lane holds the
//    mailbox instead, and never destroys a store.
// 2. Fields are for the JavaScript thread. What an opening brings is handed over under
//    arrival_mutex_, since the environment may end while the opening is on the pool.
// 3. While tickets or lane calls are open, the process stays alive and so does the handle; an idle
//    store keeps neither. After close() the ways to JavaScript are cut when the last is settled.
#pragma once

#include <node_api.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <span>
#include <utility>

#include "binding/mailbox.h"
#include "binding/values.h"
#include "ledgerstone/event_listener.h"
#include "ledgerstone/shared_store.h"

namespace ledgerstone::binding {

class StoreHandle : public std::enable_shared_from_this<StoreHandle> {
 public:
  StoreHandle() = default;
  ~StoreHandle();

  // Takes the JavaScript callbacks; before the store is opened.
  void Attach(napi_env env, napi_value on_committed, napi_value on_event);
  // Told what the lanes do.
  const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  // Opens; on the pool.
  Status Open(const SharedStoreOptions& options, const std::string& path);
  // After Open, on the JavaScript thread.
  void Arrive();
  // Begins a close, on the JavaScript thread: later calls are answered CLOSED.
  void Leave();
  bool left() const { return left_; }
  // Closes the store and cuts the ways to JavaScript: when the environment ends, when opening
  // failed, when the store was forgotten. Idempotent.
  void Detach();
  bool detached() { return mailbox_->IsCut(); }
  // After a close: what is settled is told first, now or later.
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
    start(Store::Done(
        [box = mailbox_, ticket](const Status& status) { EndTicket(box.get(), ticket, status); }));
    return HandOut(ticket, refusal);
  }
  // Queues transactions, at least one. Gives the ticket of the first; the others follow it.
  napi_value CommitAll(std::span<TransactionCommit> commits);
  // A promise settled by a callback on a lane.
  napi_value PromiseFrom(const std::function<void(Store::Done)>& start);
  // One that keeps neither process nor handle alive while it waits; never rejected.
  napi_value IdlePromiseFrom(const std::function<void(std::function<void()>)>& start);

  void TellEvent(const Event& event);

  std::unique_ptr<SharedStore> store;
  Buffer write_buffer;
  Buffer key_buffer;
  Buffer value_buffer;
  Buffer request_buffer;
  Buffer transaction_buffer;
  PinnedValue large_value;  // the last read's; its bytes only when it was too large

 private:
  static void CallJs(napi_env env, napi_value, void* context, void*);
  void Deliver();
  uint64_t OpenTicket(Status* refusal);
  static void EndTicket(Mailbox* mailbox, uint64_t ticket, const Status& status);
  napi_value HandOut(uint64_t ticket, const Status& refusal);
  void Hold();
  void LetGo(uint64_t count);

  napi_env env_ = nullptr;
  napi_threadsafe_function bridge_ = nullptr;
  std::shared_ptr<Mailbox> mailbox_;
  napi_ref on_committed_ = nullptr;
  napi_ref on_event_ = nullptr;
  uint64_t next_ticket_ = 1;
  uint64_t delivered_ticket_ = 0;
  uint64_t held_ = 0;  // open tickets and lane calls
  bool left_ = false;
  bool closing_ = false;  // closed: detaches when nothing is held
  std::shared_ptr<StoreHandle> self_while_held_;

  std::mutex arrival_mutex_;
  bool abandoned_ = false;                // guarded by arrival_mutex_, like arrived_
  std::unique_ptr<SharedStore> arrived_;  // opened, and not yet fetched
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
void DefineChangeFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle);
void DefineIngestFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle);
void DefineVerifyFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle);
// Of a directory that nobody has open.
napi_value VerifyPath(napi_env env, napi_callback_info info);

}  // namespace ledgerstone::binding
