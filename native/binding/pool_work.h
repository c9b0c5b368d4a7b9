// Work for libuv's thread pool that ends in a promise: `run` on a pool thread, then `result` on the
// JavaScript thread if run was OK; a failed status rejects.
#pragma once

#include <node_api.h>

#include <functional>
#include <memory>
#include <utility>

#include "binding/values.h"
#include "ledgerstone/status.h"

namespace ledgerstone::binding {

struct PoolWork {
  std::function<Status()> run;
  // Makes the promise's value, which is undefined without it; nullptr: there was no memory for it.
  std::function<napi_value(napi_env)> result = {};
  // Runs first on the JavaScript thread, whatever the status; for letting go of what was held.
  std::function<void(napi_env)> settled = {};
};

// Returns the promise. What the functions capture lives until the promise is settled.
napi_value RunOnPool(napi_env env, const char* name, PoolWork work);
// Runs without a promise; its status is dropped. For closing what was forgotten.
void RunDetached(napi_env env, const char* name, PoolWork work);

// RunOnPool for what works a T out: `run(T*)` on the pool, then the promise's value by
// `result(env, T&)`. The T is destroyed before what `run` captured.
template <class T, class Run, class Result>
napi_value Compute(napi_env env, const char* name, Run run, Result result) {
  struct Computation {
    Run run;
    Result result;
    T value{};
  };
  const std::shared_ptr<Computation> computation(
      new Computation{std::move(run), std::move(result)});
  return RunOnPool(
      env, name,
      {.run = [computation] { return computation->run(&computation->value); },
       .result = [computation](napi_env e) { return computation->result(e, computation->value); }});
}

// The same where the T itself is the promise's value.
template <class T, class Run>
napi_value Compute(napi_env env, const char* name, Run run) {
  return Compute<T>(env, name, std::move(run),
                    [](napi_env e, const T& value) { return Value(e, value); });
}

}  // namespace ledgerstone::binding
