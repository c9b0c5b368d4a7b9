// What concerns the whole store and its tables: report, statistics, levels, flush, compact, trace,
// close.
#include "binding/environment.h"
#include "binding/pool_work.h"
#include "binding/statistics.h"
#include "binding/store_handle.h"

namespace ledgerstone::binding {
namespace {

// Bounds that are not given are open.
struct KeyRange {
  NamespaceId namespace_id = 0;
  std::optional<std::string> lower;
  std::optional<std::string> upper;
};

bool ReadKeyRange(const StoreCall<3>& call, KeyRange* range) {
  return call.Read("namespaceId", &range->namespace_id, "lower", &range->lower, "upper",
                   &range->upper);
}

Slice BytesOf(const std::optional<std::string>& key) { return key ? Slice(*key) : Slice(); }

napi_value Report(napi_env env, napi_callback_info info) {
  const StoreCall<> call(env, info);
  const OpenReport& report = call.store()->report();
  napi_value object = Object(env);
  Set(env, object, "created", report.created);
  Set(env, object, "cleanClose", report.clean_close);
  Set(env, object, "replayedRecords", report.replayed_records);
  Set(env, object, "replayedBytes", report.replayed_bytes);
  Set(env, object, "cutBytes", report.cut_bytes);
  Set(env, object, "validBeyondCut", report.valid_beyond_cut);
  Set(env, object, "cutFile", report.cut_file);
  Set(env, object, "cutOffset", report.cut_offset);
  Set(env, object, "lastSequence", Bigint(env, report.last_sequence));
  Set(env, object, "applied", Bigint(env, report.applied));
  Set(env, object, "storeId", report.store_id);
  Set(env, object, "micros", report.micros);
  return object;
}

napi_value Sequence(napi_env env, napi_callback_info info) {
  return Bigint(env, StoreCall<>(env, info).store()->VisibleSequence());
}

napi_value Applied(napi_env env, napi_callback_info info) {
  return Bigint(env, StoreCall<>(env, info).store()->Applied());
}

napi_value Flush(napi_env env, napi_callback_info info) {
  const StoreCall<> call(env, info);
  return call.handle()->PromiseFrom(
      [&](Store::Done done) { call.store()->Flush(std::move(done)); });
}

napi_value Compact(napi_env env, napi_callback_info info) {
  const StoreCall<3> call(env, info);
  KeyRange range;
  if (!ReadKeyRange(call, &range)) return nullptr;
  return call.handle()->PromiseFrom([&](Store::Done done) {
    call.store()->Compact(range.namespace_id, BytesOf(range.lower), BytesOf(range.upper),
                          std::move(done));
  });
}

napi_value ApproximateBytes(napi_env env, napi_callback_info info) {
  const StoreCall<3> call(env, info);
  KeyRange range;
  if (!ReadKeyRange(call, &range)) return nullptr;
  uint64_t bytes = 0;
  const Status status = call.store()->ApproximateBytes(range.namespace_id, BytesOf(range.lower),
                                                       BytesOf(range.upper), &bytes);
  return Answer(env, status, Value(env, bytes));
}

napi_value Close(napi_env env, napi_callback_info info) {
  const StoreHandlePtr handle = StoreCall<>(env, info).shared();
  handle->Leave();
  return RunOnPool(env, "ledgerstone.close",
                   {.run = [handle] { return handle->store->Close(); },
                    .settled = [handle](napi_env) { handle->DeliverAndDetach(); }});
}

napi_value Stats(napi_env env, napi_callback_info info) {
  return StatisticsObject(env, StoreCall<>(env, info).store()->Statistics());
}

napi_value Levels(napi_env env, napi_callback_info info) {
  return NamespaceList(env, StoreCall<>(env, info).store()->Levels());
}

napi_value StartTrace(napi_env env, napi_callback_info info) {
  const StoreCall<2> call(env, info);
  std::string path;
  uint64_t bytes_max = 0;
  if (!call.Read("path", &path, "bytesMax", &bytes_max)) return nullptr;
  return RunOnPool(env, "ledgerstone.startTrace",
                   {.run = [handle = call.shared(), path, bytes_max] {
                     return handle->store->StartTrace(path, bytes_max);
                   }});
}

napi_value StopTrace(napi_env env, napi_callback_info info) {
  return RunOnPool(
      env, "ledgerstone.stopTrace",
      {.run = [handle = StoreCall<>(env, info).shared()] { return handle->store->StopTrace(); }});
}

napi_value LevelsText(napi_env env, napi_callback_info info) {
  return Value(env, StoreCall<>(env, info).store()->LevelsText());
}

}  // namespace

void DefineWholeFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunctions(env, object, handle,
                       {{"openReport", Report},
                        {"sequence", Sequence},
                        {"applied", Applied},
                        {"flush", Flush},
                        {"compact", Compact},
                        {"approximateBytes", ApproximateBytes},
                        {"stats", Stats},
                        {"levels", Levels},
                        {"levelsText", LevelsText},
                        {"startTrace", StartTrace},
                        {"stopTrace", StopTrace},
                        {"close", Close}});
}

}  // namespace ledgerstone::binding
