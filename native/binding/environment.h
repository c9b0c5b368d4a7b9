// What crosses into JavaScript besides plain values: calls, errors, the ends of promises.
//
// 1. No globals: each JavaScript environment (main thread or worker) has an Environment of its own,
//    used on its own thread. It stands for its thread as an owner of shared stores.
// 2. JavaScript is called by CallFunction alone, and no exception stays pending behind it.
#pragma once

#include <node_api.h>

#include <initializer_list>

#include "ledgerstone/status.h"

namespace ledgerstone::binding {

struct Environment {
  napi_ref make_error = nullptr;
  napi_ref iterator_class = nullptr;
  napi_ref log_cursor_class = nullptr;

  static Environment* Of(napi_env env);
};

// Returns nullptr when `function` threw, with what it threw in `thrown`.
napi_value CallFunction(napi_env env, napi_ref function,
                        std::initializer_list<napi_value> arguments, napi_value* thrown);
// Calls what nobody in JavaScript waits for: an exception becomes an uncaughtException.
void CallBack(napi_env env, napi_ref function, std::initializer_list<napi_value> arguments);

// { code, message, file, offset (-1: none), expected, found, errno }
napi_value StatusFields(napi_env env, const Status& status);
// The JavaScript error for a failed status, made by the function given to initialize().
napi_value MakeError(napi_env env, const Status& status);
// Throws it; returns nullptr for the caller to return.
napi_value Throw(napi_env env, const Status& status);

// How a call ends: with `value`, or with the error of a failed status. A value that could not be
// made (nullptr) is NO_MEMORY, and never taken for undefined.
napi_value Answer(napi_env env, const Status& status, napi_value value);
// The same for a promise.
void Conclude(napi_env env, napi_deferred deferred, const Status& status, napi_value value);

}  // namespace ledgerstone::binding
