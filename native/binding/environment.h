// What the addon keeps per JavaScript environment (main thread or worker): how errors are made. No
// globals: each environment has its own. Used on the environment's own thread.
#pragma once

#include <node_api.h>

#include "ledgerstone/status.h"

namespace ledgerstone::binding {

struct Environment {
  napi_ref make_error = nullptr;
  napi_ref iterator_class = nullptr;

  static Environment* Of(napi_env env);
};

// The JavaScript error for a failed status, made by the function given to initialize().
napi_value MakeError(napi_env env, const Status& status);
// Throws it; returns nullptr for the caller to return.
napi_value Throw(napi_env env, const Status& status);

}  // namespace ledgerstone::binding
