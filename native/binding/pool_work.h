// Work for libuv's thread pool that ends in a promise: `run` on a pool thread, then `result` on the
// JavaScript thread if run was OK; a failed status rejects.
#pragma once

#include <node_api.h>

#include <functional>

#include "ledgerstone/status.h"

namespace ledgerstone::binding {

struct PoolWork {
  std::function<Status()> run;
  // Gives the promise's value; nullptr stands for undefined.
  std::function<napi_value(napi_env)> result = {};
  // Runs first on the JavaScript thread, whatever the status; for letting go of what was held.
  std::function<void(napi_env)> settled = {};
};

// Returns the promise. What the functions capture lives until the promise is settled.
napi_value RunOnPool(napi_env env, const char* name, PoolWork work);
// Runs without a promise; its status is dropped. For closing what was forgotten.
void RunDetached(napi_env env, const char* name, PoolWork work);

}  // namespace ledgerstone::binding
