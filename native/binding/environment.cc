#include "binding/environment.h"

#include "binding/values.h"

namespace ledgerstone::binding {
namespace {

// Clears the pending exception; nullptr when there is none.
napi_value TakeException(napi_env env) {
  bool pending = false;
  napi_value exception = nullptr;
  napi_is_exception_pending(env, &pending);
  if (pending) napi_get_and_clear_last_exception(env, &exception);
  return exception;
}

Status Outcome(napi_env env, const Status& status, napi_value value) {
  if (!status.ok() || value != nullptr) return status;
  TakeException(env);
  return {StatusCode::kNoMemory, "there is no memory for the result"};
}

}  // namespace

Environment* Environment::Of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Environment*>(data);
}

napi_value CallFunction(napi_env env, napi_ref function,
                        std::initializer_list<napi_value> arguments, napi_value* thrown) {
  napi_value callee = nullptr;
  napi_value result = nullptr;
  if (function == nullptr || napi_get_reference_value(env, function, &callee) != napi_ok ||
      callee == nullptr) {
    return nullptr;
  }
  const napi_status called =
      napi_call_function(env, Undefined(env), callee, arguments.size(), arguments.begin(), &result);
  if (called == napi_ok) return result;
  *thrown = TakeException(env);
  return nullptr;
}

void CallBack(napi_env env, napi_ref function, std::initializer_list<napi_value> arguments) {
  napi_value thrown = nullptr;
  CallFunction(env, function, arguments, &thrown);
  if (thrown != nullptr) napi_fatal_exception(env, thrown);
}

napi_value StatusFields(napi_env env, const Status& status) {
  const bool has_offset = status.place().offset != FilePlace::kNoOffset;
  napi_value fields = Object(env);
  Set(env, fields, "code", StatusCodeName(status.code()));
  Set(env, fields, "message", status.message());
  Set(env, fields, "file", status.place().file);
  Set(env, fields, "offset", has_offset ? static_cast<double>(status.place().offset) : -1.0);
  Set(env, fields, "expected", status.expected());
  Set(env, fields, "found", status.found());
  Set(env, fields, "errno", status.error_number());
  return fields;
}

napi_value MakeError(napi_env env, const Status& status) {
  napi_value thrown = nullptr;
  napi_value error =
      CallFunction(env, Environment::Of(env)->make_error, {StatusFields(env, status)}, &thrown);
  if (error != nullptr) return error;
  napi_create_error(env, Value(env, StatusCodeName(status.code())), Value(env, status.message()),
                    &error);
  return error;
}

napi_value Throw(napi_env env, const Status& status) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw(env, MakeError(env, status));
  return nullptr;
}

napi_value Answer(napi_env env, const Status& status, napi_value value) {
  const Status outcome = Outcome(env, status, value);
  return outcome.ok() ? value : Throw(env, outcome);
}

void Conclude(napi_env env, napi_deferred deferred, const Status& status, napi_value value) {
  const Status outcome = Outcome(env, status, value);
  if (outcome.ok()) {
    napi_resolve_deferred(env, deferred, value);
  } else {
    napi_reject_deferred(env, deferred, MakeError(env, outcome));
  }
}

}  // namespace ledgerstone::binding
