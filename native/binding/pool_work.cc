#include "binding/pool_work.h"

#include "binding/environment.h"

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
  napi_value value = nullptr;
  if (job->status.ok()) value = job->work.result ? job->work.result(env) : Undefined(env);
  Conclude(env, job->deferred, job->status, value);
}

void Queue(napi_env env, const char* name, std::unique_ptr<Job> job) {
  Job* raw = job.release();
  napi_create_async_work(env, nullptr, Value(env, name), Execute, Complete, raw, &raw->handle);
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
