// One open event log of one JavaScript environment.
//
// 1. Every function of the JavaScript object, every cursor and all work under way hold it by
//    shared_ptr; the engine's log lives as long as it does, closed or not, so a late call gets
//    CLOSED and never a stale pointer. References are taken and dropped on the JavaScript thread
//    only: a lane never destroys a log.
// 2. Fields are for the JavaScript thread. What an opening brings is handed over under
//    arrival_mutex_, since the environment may end while the opening is on the pool.
// 3. Each ticket is settled once, by one call of JavaScript's onSettled.
// 4. While tickets are open, the process stays alive and so does the handle; an idle log keeps
//    neither.
#pragma once

#include <node_api.h>

#include <memory>
#include <mutex>
#include <string>

#include "binding/loop_bridge.h"
#include "binding/values.h"
#include "ledgerstone/event_log.h"

namespace ledgerstone::binding {

class LogHandle : public std::enable_shared_from_this<LogHandle> {
 public:
  LogHandle() = default;
  ~LogHandle();

  // Takes the JavaScript callback; before the log is opened.
  void Attach(napi_env env, napi_value on_settled);
  // Opens; on the pool.
  Status Open(const EventLogOptions& options, const std::string& path);
  // After Open, on the JavaScript thread.
  void Arrive();
  // Closes the log and cuts the way to JavaScript: when the environment ends, when opening failed,
  // when the log was forgotten. Idempotent.
  void Detach();
  bool detached() { return bridge_.is_cut(); }
  // After a close: what was settled is told first.
  void DeliverAndDetach();

  bool SetBuffer(napi_value bytes);

  // Gives `start` the callback that settles a new ticket, and the ticket to JavaScript.
  template <class Start>
  napi_value TicketFrom(const Start& start) {
    const uint64_t ticket = next_ticket_++;
    bridge_.Hold(shared_from_this());
    start(EventLog::AppendDone([this, ticket](const Status& status, const AppendResult& result) {
      bridge_.Enqueue([this, ticket, status, result](napi_env) { Settle(ticket, status, result); });
    }));
    return Value(bridge_.env(), ticket);
  }

  std::unique_ptr<EventLog> log;
  Bytes write_buffer;

 private:
  void Settle(uint64_t ticket, const Status& status, const AppendResult& result);

  LoopBridge bridge_;
  napi_ref on_settled_ = nullptr;
  napi_ref write_buffer_reference_ = nullptr;
  uint64_t next_ticket_ = 1;

  std::mutex arrival_mutex_;
  bool abandoned_ = false;             // guarded by arrival_mutex_, like arrived_
  std::unique_ptr<EventLog> arrived_;  // opened, and not yet fetched
};

using LogHandlePtr = std::shared_ptr<LogHandle>;

// A call of one of the log's functions.
template <size_t N = 0>
struct LogCall : Call<N> {
  using Call<N>::Call;
  LogHandle* handle() const { return static_cast<LogHandle*>(this->data); }
  EventLog* log() const { return handle()->log.get(); }
  LogHandlePtr shared() const { return handle()->shared_from_this(); }
};

// The JavaScript object NativeEventLog; each of its functions keeps the handle alive.
napi_value MakeLogObject(napi_env env, const LogHandlePtr& handle);
// NativeLogCursor over the positions `from` to `to`.
napi_value MakeLogCursor(napi_env env, const LogHandlePtr& handle, uint64_t from, uint64_t to);
// openEventLog(path, options, onSettled)
napi_value OpenEventLog(napi_env env, napi_callback_info info);

}  // namespace ledgerstone::binding
