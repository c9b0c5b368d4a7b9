#include "binding/pool_work.h"

#include <memory>

#include "binding/environment.h"
#include "binding/values.h"

namespace ledgerstone::binding {
namespace {

struct Job {
  PoolWork work;
  Status status;
  napi_async_work handle = nullptr;
  napi_deferred deferred = nullptr;
};

void Execute(napi_env, void* data) {
  Job* job = static_cast<Job*>(data);
  job->status = job->work.run();
}

void Complete(napi_env env, napi_status, void* data) {
  const std::unique_ptr<Job> job(static_cast<Job*>(data));
  napi_delete_async_work(env, job->handle);
  if (job->work.settled) job->work.settled(env);
  if (job->deferred == nullptr) return;
  if (!job->status.ok()) {
    napi_reject_deferred(env, job->deferred, MakeError(env, job->status));
    return;
  }
  napi_value value = job->work.result ? job->work.result(env) : nullptr;
  napi_resolve_deferred(env, job->deferred, value != nullptr ? value : Undefined(env));
}

void Queue(napi_env env, const char* name, std::unique_ptr<Job> job) {
  Job* raw = job.release();
  napi_create_async_work(env, nullptr, Text(env, name), Execute, Complete, raw, &raw->handle);
  napi_queue_async_work(env, raw->handle);
}

}  // namespace

napi_value RunOnPool(napi_env env, const char* name, PoolWork work) {
  auto job = std::make_unique<Job>();
  job->work = std::move(work);
  napi_value promise = nullptr;
  napi_create_promise(env, &job->deferred, &promise);
  Queue(env, name, std::move(job));
  return promise;
}

void RunDetached(napi_env env, const char* name, PoolWork work) {
  auto job = std::make_unique<Job>();
  job->work = std::move(work);
  Queue(env, name, std::move(job));
}

}  // namespace ledgerstone::binding
