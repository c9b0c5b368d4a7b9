// What concerns the whole store: report, statistics, levels, flush, compact, verify, close.
#include "binding/environment.h"
#include "binding/findings.h"
#include "binding/pool_work.h"
#include "binding/store_handle.h"
#include "binding/values.h"

namespace ledgerstone::binding {
namespace {

StoreHandle* HandleOf(void* data) { return static_cast<StoreHandle*>(data); }
Store* StoreOf(void* data) { return HandleOf(data)->store.get(); }

napi_value Report(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  const OpenReport& report = StoreOf(call.data)->report();
  napi_value object = Object(env);
  Set(env, object, "created", Boolean(env, report.created));
  Set(env, object, "cleanClose", Boolean(env, report.clean_close));
  Set(env, object, "replayedRecords", Number(env, report.replayed_records));
  Set(env, object, "replayedBytes", Number(env, report.replayed_bytes));
  Set(env, object, "cutBytes", Number(env, report.cut_bytes));
  Set(env, object, "validBeyondCut", Boolean(env, report.valid_beyond_cut));
  Set(env, object, "cutFile", Text(env, report.cut_file));
  Set(env, object, "cutOffset", Number(env, report.cut_offset));
  Set(env, object, "lastSequence", Bigint(env, report.last_sequence));
  Set(env, object, "applied", Bigint(env, report.applied));
  Set(env, object, "storeId", Text(env, report.store_id));
  Set(env, object, "micros", Number(env, report.micros));
  return object;
}

napi_value Sequence(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  return Bigint(env, StoreOf(call.data)->VisibleSequence());
}

napi_value Applied(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  return Bigint(env, StoreOf(call.data)->Applied());
}

napi_value Flush(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  StoreHandle* handle = HandleOf(call.data);
  return handle->PromiseFrom([&](Store::Done done) { handle->store->Flush(std::move(done)); });
}

napi_value Compact(napi_env env, napi_callback_info info) {
  const Call<3> call(env, info);
  uint32_t id = 0;
  std::string lower;
  std::string upper;
  bool given = false;
  if (!GetUint32(env, call.argument[0], "namespaceId", &id) ||
      !GetOptionalBytes(env, call.argument[1], "lower", &lower, &given) ||
      !GetOptionalBytes(env, call.argument[2], "upper", &upper, &given)) {
    return nullptr;
  }
  StoreHandle* handle = HandleOf(call.data);
  return handle->PromiseFrom(
      [&](Store::Done done) { handle->store->Compact(id, lower, upper, std::move(done)); });
}

napi_value Verify(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  const auto handle = HandleOf(call.data)->shared_from_this();
  const auto findings = std::make_shared<std::vector<Finding>>();
  return RunOnPool(env, "ledgerstone.verify",
                   {.run = [handle, findings] { return handle->store->Verify(findings.get()); },
                    .result = [findings](napi_env e) { return FindingList(e, *findings); }});
}

napi_value Close(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  const auto handle = HandleOf(call.data)->shared_from_this();
  return RunOnPool(env, "ledgerstone.close",
                   {.run = [handle] { return handle->store->Close(); },
                    .settled = [handle](napi_env) { handle->DeliverAndDetach(); }});
}

napi_value Stats(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  return StatisticsObject(env, StoreOf(call.data)->Statistics());
}

napi_value Levels(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  const std::vector<NamespaceLevels> all = StoreOf(call.data)->Levels();
  napi_value list = Array(env, all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    napi_value rows = Array(env, all[i].levels.size());
    for (size_t j = 0; j < all[i].levels.size(); ++j) {
      const LevelStatistics& level = all[i].levels[j];
      napi_value row = Object(env);
      Set(env, row, "level", Number(env, static_cast<double>(level.level)));
      Set(env, row, "files", Number(env, level.files));
      Set(env, row, "bytes", Number(env, level.bytes));
      Set(env, row, "entries", Number(env, level.entries));
      Set(env, row, "tombstones", Number(env, level.tombstones));
      Set(env, row, "targetBytes", Number(env, level.target_bytes));
      napi_set_element(env, rows, static_cast<uint32_t>(j), row);
    }
    napi_value item = Object(env);
    Set(env, item, "namespace", Text(env, all[i].name));
    Set(env, item, "levels", rows);
    napi_set_element(env, list, static_cast<uint32_t>(i), item);
  }
  return list;
}

napi_value LevelsText(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  return Text(env, StoreOf(call.data)->LevelsText());
}

}  // namespace

void DefineWholeFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunction(env, object, "openReport", Report, handle);
  DefineStoreFunction(env, object, "sequence", Sequence, handle);
  DefineStoreFunction(env, object, "applied", Applied, handle);
  DefineStoreFunction(env, object, "flush", Flush, handle);
  DefineStoreFunction(env, object, "compact", Compact, handle);
  DefineStoreFunction(env, object, "verify", Verify, handle);
  DefineStoreFunction(env, object, "stats", Stats, handle);
  DefineStoreFunction(env, object, "levels", Levels, handle);
  DefineStoreFunction(env, object, "levelsText", LevelsText, handle);
  DefineStoreFunction(env, object, "close", Close, handle);
}

}  // namespace ledgerstone::binding
