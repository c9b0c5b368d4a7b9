// The addon's entry: constants, initialize, open, inspect, verifyDirectory.
#include <iterator>

#include "binding/environment.h"
#include "binding/findings.h"
#include "binding/pool_work.h"
#include "binding/read_codes.h"
#include "binding/store_handle.h"
#include "binding/values.h"

namespace ledgerstone::binding {
namespace {

napi_value Initialize(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  Environment* environment = Environment::Of(env);
  if (environment->make_error != nullptr) napi_delete_reference(env, environment->make_error);
  napi_create_reference(env, Property(env, call.argument[0], "makeError"), 1,
                        &environment->make_error);
  return nullptr;
}

bool ReadOptions(napi_env env, napi_value object, StoreOptions* options) {
  const auto flag = [&](const char* name, bool* out) {
    return GetBool(env, Property(env, object, name), name, out);
  };
  // 0 leaves the default.
  const auto number = [&](const char* name, auto* out) {
    uint64_t value = 0;
    if (!GetUint64(env, Property(env, object, name), name, &value)) return false;
    using Number = std::remove_pointer_t<decltype(out)>;
    if (value > static_cast<uint64_t>(std::numeric_limits<Number>::max())) {
      ThrowTypeError(env, name, "smaller");
      return false;
    }
    if (value > 0) *out = static_cast<Number>(value);
    return true;
  };
  return flag("createIfMissing", &options->create_if_missing) &&
         flag("errorIfExists", &options->error_if_exists) &&
         flag("readOnly", &options->read_only) &&
         flag("useBlockCache", &options->use_block_cache) &&
         flag("compactInBackground", &options->compact_in_background) &&
         number("memoryBudget", &options->memory_budget) &&
         number("generationBytes", &options->generation_bytes) &&
         number("blockBytes", &options->block_bytes) &&
         number("tableBytes", &options->table_bytes) &&
         number("levelBaseBytes", &options->level_base_bytes) &&
         number("levelFanout", &options->level_fanout) &&
         number("l0CompactionTrigger", &options->l0_compaction_trigger) &&
         number("levelCount", &options->level_count);
}

napi_value MakeStoreObject(napi_env env, const StoreHandlePtr& handle) {
  napi_value object = Object(env);
  DefineWriteFunctions(env, object, handle);
  DefineReadFunctions(env, object, handle);
  DefineRangeFunctions(env, object, handle);
  DefineNamespaceFunctions(env, object, handle);
  DefineWholeFunctions(env, object, handle);
  return object;
}

napi_value Open(napi_env env, napi_callback_info info) {
  const Call<4> call(env, info);
  std::string path;
  StoreOptions options;
  if (!GetString(env, call.argument[0], "path", &path) ||
      !ReadOptions(env, call.argument[1], &options)) {
    return nullptr;
  }
  const auto handle = std::make_shared<StoreHandle>();
  handle->Attach(env, call.argument[2], call.argument[3]);
  options.listener = handle.get();
  return RunOnPool(
      env, "ledgerstone.open",
      {.run = [handle, options, path] { return Store::Open(options, path, &handle->store); },
       .result = [handle](napi_env e) { return MakeStoreObject(e, handle); },
       .settled =
           [handle](napi_env) {
             if (handle->store == nullptr) handle->Detach();
           }});
}

napi_value Inspect(napi_env env, napi_callback_info info) {
  const Call<3> call(env, info);
  std::string kind;
  std::string path;
  bool entries = false;
  if (!GetString(env, call.argument[0], "kind", &kind) ||
      !GetString(env, call.argument[1], "path", &path) ||
      !GetBool(env, Property(env, call.argument[2], "entries"), "entries", &entries)) {
    return nullptr;
  }
  InspectKind which = InspectKind::kLog;
  if (kind == "table") which = InspectKind::kTable;
  if (kind == "manifest") which = InspectKind::kManifest;
  if (kind == "current") which = InspectKind::kCurrent;
  const auto text = std::make_shared<std::string>();
  return RunOnPool(env, "ledgerstone.inspect",
                   {.run = [=] { return InspectFile(nullptr, which, path, entries, text.get()); },
                    .result = [text](napi_env e) { return Text(e, *text); }});
}

napi_value VerifyPath(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  std::string path;
  if (!GetString(env, call.argument[0], "path", &path)) return nullptr;
  const auto findings = std::make_shared<std::vector<Finding>>();
  return RunOnPool(
      env, "ledgerstone.verifyDirectory",
      {.run = [path, findings] { return VerifyDirectory(nullptr, path, findings.get()); },
       .result = [findings](napi_env e) { return FindingList(e, *findings); }});
}

napi_value NumberMap(napi_env env, std::initializer_list<std::pair<const char*, double>> entries) {
  napi_value object = Object(env);
  for (const auto& [name, value] : entries) Set(env, object, name, Number(env, value));
  return object;
}

napi_value MakeConstants(napi_env env) {
  napi_value codes = Object(env);
  for (uint8_t code = 0; code <= static_cast<uint8_t>(StatusCode::kAborted); ++code) {
    const std::string name(StatusCodeName(static_cast<StatusCode>(code)));
    napi_set_element(env, codes, code, Text(env, name));
  }
  napi_value constants = NumberMap(env, {{"keyBytesMax", kKeyBytesMax},
                                         {"valueBytesMax", kValueBytesMax},
                                         {"namespaceNameBytesMax", kNamespaceNameBytesMax},
                                         {"levelCount", kLevelCount}});
  Set(env, constants, "statusCodes", codes);
  Set(env, constants, "durability", NumberMap(env, {{"memory", 0}, {"os", 1}, {"disk", 2}}));
  Set(env, constants, "entryKinds", NumberMap(env, {{"delete", 0}, {"put", 1}}));
  Set(env, constants, "compression", NumberMap(env, {{"none", 0}, {"lz4", 1}, {"zstd", 2}}));
  Set(env, constants, "get",
      NumberMap(
          env, {{"absent", kGetAbsent}, {"tooLarge", kGetTooLarge}, {"needsDisk", kGetNeedsDisk}}));
  Set(env, constants, "getMany",
      NumberMap(env, {{"absent", kManyAbsent}, {"needsDisk", kManyNeedsDisk}}));
  Set(env, constants, "range",
      NumberMap(env, {{"reverse", kRangeReverse},
                      {"omitKeys", kRangeOmitKeys},
                      {"omitValues", kRangeOmitValues},
                      {"hasLower", kRangeHasLower},
                      {"lowerExclusive", kRangeLowerExclusive},
                      {"hasUpper", kRangeHasUpper},
                      {"upperExclusive", kRangeUpperExclusive}}));
  return constants;
}

void Define(napi_env env, napi_value exports, const char* name, napi_callback callback) {
  napi_value function = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &function);
  Set(env, exports, name, function);
}

}  // namespace

napi_value InitializeAddon(napi_env env, napi_value exports) {
  const auto release = [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); };
  napi_set_instance_data(env, new Environment, release, nullptr);
  Define(env, exports, "initialize", Initialize);
  Define(env, exports, "open", Open);
  Define(env, exports, "inspect", Inspect);
  Define(env, exports, "verifyDirectory", VerifyPath);
  Set(env, exports, "constants", MakeConstants(env));
  return exports;
}

}  // namespace ledgerstone::binding

NAPI_MODULE_INIT() { return ledgerstone::binding::InitializeAddon(env, exports); }
