#include "binding/environment.h"

#include "binding/values.h"

namespace ledgerstone::binding {

Environment* Environment::Of(napi_env env) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return static_cast<Environment*>(data);
}

napi_value MakeError(napi_env env, const Status& status) {
  const std::string code(StatusCodeName(status.code()));
  const bool has_offset = status.place().offset != FilePlace::kNoOffset;
  napi_value arguments[] = {
      Text(env, code),
      Text(env, status.message()),
      Text(env, status.place().file),
      Number(env, has_offset ? static_cast<double>(status.place().offset) : -1.0),
      Text(env, status.expected()),
      Text(env, status.found()),
      Number(env, static_cast<double>(status.error_number())),
  };
  napi_value error = nullptr;
  napi_value factory = nullptr;
  const Environment* environment = Environment::Of(env);
  if (environment->make_error != nullptr &&
      napi_get_reference_value(env, environment->make_error, &factory) == napi_ok &&
      napi_call_function(env, Undefined(env), factory, std::size(arguments), arguments, &error) ==
          napi_ok) {
    return error;
  }
  napi_create_error(env, arguments[0], arguments[1], &error);
  return error;
}

napi_value Throw(napi_env env, const Status& status) {
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  if (!pending) napi_throw(env, MakeError(env, status));
  return nullptr;
}

}  // namespace ledgerstone::binding
