#include "binding/log_handle.h"

#include "binding/environment.h"

namespace ledgerstone::binding {

LogHandle::~LogHandle() {
  Detach();
  log.reset();
}

void LogHandle::Attach(napi_env env, napi_value on_settled) {
  napi_create_reference(env, on_settled, 1, &on_settled_);
  bridge_.Attach(env, [this] { Detach(); });
}

// An abandoned log closes here, on the pool.
Status LogHandle::Open(const EventLogOptions& options, const std::string& path) {
  std::unique_ptr<EventLog> opened;
  LS_RETURN_IF_ERROR(EventLog::Open(options, path, &opened));
  const std::lock_guard lock(arrival_mutex_);
  if (!abandoned_) arrived_ = std::move(opened);
  return Status::Ok();
}

void LogHandle::Arrive() {
  {
    const std::lock_guard lock(arrival_mutex_);
    log = std::move(arrived_);
  }
  if (log == nullptr) Detach();
}

void LogHandle::Detach() {
  std::unique_ptr<EventLog> unfetched;
  {
    const std::lock_guard lock(arrival_mutex_);
    abandoned_ = true;
    unfetched = std::move(arrived_);
  }
  unfetched.reset();
  if (log != nullptr) (void)log->Close();
  for (napi_ref* reference : {&on_settled_, &write_buffer_reference_}) {
    if (*reference != nullptr) napi_delete_reference(bridge_.env(), *reference);
    *reference = nullptr;
  }
  bridge_.Cut();
}

void LogHandle::DeliverAndDetach() {
  const LogHandlePtr self = shared_from_this();
  bridge_.Deliver();
  Detach();
}

bool LogHandle::SetBuffer(napi_value bytes) {
  const napi_env env = bridge_.env();
  Bytes found;
  if (!Get(env, bytes, "bytes", &found)) return false;
  if (write_buffer_reference_ != nullptr) napi_delete_reference(env, write_buffer_reference_);
  write_buffer = found;
  return napi_create_reference(env, bytes, 1, &write_buffer_reference_) == napi_ok;
}

void LogHandle::Settle(uint64_t ticket, const Status& status, const AppendResult& result) {
  const napi_env env = bridge_.env();
  CallBack(env, on_settled_,
           {Value(env, ticket), status.ok() ? Undefined(env) : MakeError(env, status),
            Value(env, result.first), Value(env, result.last), Value(env, result.time_micros),
            Value(env, result.epoch)});
  bridge_.LetGo();
}

}  // namespace ledgerstone::binding
