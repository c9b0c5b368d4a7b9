// The addon's entry: constants, initialize, open, openEventLog, inspect, verifyDirectory.
#include <limits>
#include <utility>

#include "binding/copy_functions.h"
#include "binding/environment.h"
#include "binding/log_handle.h"
#include "binding/pool_work.h"
#include "binding/read_codes.h"
#include "binding/store_handle.h"
#include "binding/values.h"

namespace ledgerstone::binding {
namespace {

// Called by every build of the package that this process loads: the last one's errors are made, and
// all builds know them for theirs (src/base/errors.ts).
napi_value Initialize(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  napi_ref& make_error = Environment::Of(env)->make_error;
  if (make_error != nullptr) napi_delete_reference(env, make_error);
  napi_create_reference(env, Property(env, call.argument[0], "makeError"), 1, &make_error);
  return nullptr;
}

// Reads options into a StoreOptions, and notes those that were given: numbers that are not 0, and
// booleans that are not undefined.
struct OptionReader {
  napi_env env;
  napi_value object;
  SharedStoreOptions* out;

  template <class Number>
  bool Read(const char* name, EngineOption option, Number* target) const {
    uint64_t value = 0;
    if (!ReadFields(env, object, name, &value)) return false;
    constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<Number>::max());
    if (value > kMost) {
      Throw(env,
            Status::InvalidArgument(std::string(name) + " is at most " + std::to_string(kMost) +
                                    "; found " + std::to_string(value)));
      return false;
    }
    if (value > 0) *target = static_cast<Number>(value);
    out->given.set(static_cast<size_t>(option), value > 0);
    return true;
  }

  bool Read(const char* name, EngineOption option, bool* target) const {
    if (IsUndefined(env, Property(env, object, name))) return true;
    out->given.set(static_cast<size_t>(option));
    return ReadFields(env, object, name, target);
  }
};

bool ReadOptions(napi_env env, napi_value object, SharedStoreOptions* options) {
  StoreOptions* store = &options->store;
  const OptionReader reader{env, object, options};
  using enum EngineOption;
  return ReadFields(env, object, "createIfMissing", &store->create_if_missing, "errorIfExists",
                    &store->error_if_exists, "readOnly", &store->read_only) &&
         reader.Read("memoryBudget", kMemoryBudget, &store->memory_budget) &&
         reader.Read("generationBytes", kGenerationBytes, &store->generation_bytes) &&
         reader.Read("blockBytes", kBlockBytes, &store->block_bytes) &&
         reader.Read("tableBytes", kTableBytes, &store->table_bytes) &&
         reader.Read("levelBaseBytes", kLevelBaseBytes, &store->level_base_bytes) &&
         reader.Read("levelFanout", kLevelFanout, &store->level_fanout) &&
         reader.Read("l0CompactionTrigger", kL0CompactionTrigger, &store->l0_compaction_trigger) &&
         reader.Read("levelCount", kLevels, &store->level_count) &&
         reader.Read("retentionBytes", kRetentionBytes, &store->retention.bytes) &&
         reader.Read("retentionAge", kRetentionAge, &store->retention.age_millis) &&
         reader.Read("useBlockCache", kUseBlockCache, &store->use_block_cache) &&
         reader.Read("compactInBackground", kCompactInBackground, &store->compact_in_background);
}

napi_value MakeStoreObject(napi_env env, const StoreHandlePtr& handle) {
  napi_value object = Object(env);
  DefineWriteFunctions(env, object, handle);
  DefineReadFunctions(env, object, handle);
  DefineTransactionFunctions(env, object, handle);
  DefineRangeFunctions(env, object, handle);
  DefineNamespaceFunctions(env, object, handle);
  DefineWholeFunctions(env, object, handle);
  DefineChangeFunctions(env, object, handle);
  DefineIngestFunctions(env, object, handle);
  DefineVerifyFunctions(env, object, handle);
  DefineCopyFunctions(env, object, handle);
  return object;
}

napi_value Open(napi_env env, napi_callback_info info) {
  const Call<4> call(env, info);
  std::string path;
  SharedStoreOptions options;
  if (!call.Read("path", &path) || !ReadOptions(env, call.argument[1], &options)) return nullptr;
  const auto handle = std::make_shared<StoreHandle>();
  handle->Attach(env, call.argument[2], call.argument[3]);
  options.owner = Environment::Of(env);
  options.listener = handle->mailbox();
  return RunOnPool(env, "ledgerstone.open",
                   {.run = [handle, options, path] { return handle->Open(options, path); },
                    .result =
                        [handle](napi_env e) {
                          return handle->detached() ? nullptr : MakeStoreObject(e, handle);
                        },
                    .settled = [handle](napi_env) { handle->Arrive(); }});
}

napi_value Inspect(napi_env env, napi_callback_info info) {
  const Call<3> call(env, info);
  uint32_t kind = 0;
  std::string path;
  bool entries = false;
  if (!call.Read("kind", &kind, "path", &path) ||
      !ReadFields(env, call.argument[2], "entries", &entries)) {
    return nullptr;
  }
  if (kind > static_cast<uint32_t>(InspectKind::kEventCatalog)) {
    return Throw(env, Status::InvalidArgument("kind is 0 to 6"));
  }
  return Compute<std::string>(env, "ledgerstone.inspect", [=](std::string* text) {
    return InspectFile(nullptr, static_cast<InspectKind>(kind), path, entries, text);
  });
}

napi_value NumberMap(napi_env env, std::initializer_list<std::pair<const char*, double>> entries) {
  napi_value object = Object(env);
  for (const auto& [name, value] : entries) Set(env, object, name, value);
  return object;
}

napi_value MakeMergeOperators(napi_env env) {
  napi_value numbers = Object(env);
  Set(env, numbers, "none", MergeOperator::kNone);
  Set(env, numbers, "addI64", MergeOperator::kAddI64);
  Set(env, numbers, "addI128", MergeOperator::kAddI128);
  Set(env, numbers, "append", MergeOperator::kAppend);
  Set(env, numbers, "max", MergeOperator::kMax);
  Set(env, numbers, "min", MergeOperator::kMin);
  Set(env, numbers, "jsonMergePatch", MergeOperator::kJsonMergePatch);
  return numbers;
}

napi_value MakeConstants(napi_env env) {
  napi_value codes = Object(env);
  for (uint8_t code = 0; code <= static_cast<uint8_t>(StatusCode::kNotRetained); ++code) {
    napi_set_element(env, codes, code, Value(env, StatusCodeName(static_cast<StatusCode>(code))));
  }
  napi_value constants = NumberMap(env, {{"keyBytesMax", kKeyBytesMax},
                                         {"valueBytesMax", kValueBytesMax},
                                         {"namespaceNameBytesMax", kNamespaceNameBytesMax},
                                         {"levelCount", kLevelCount}});
  Set(env, constants, "statusCodes", codes);
  Set(env, constants, "durability", NumberMap(env, {{"memory", 0}, {"os", 1}, {"disk", 2}}));
  Set(env, constants, "entryKinds",
      NumberMap(env,
                {{"delete", 0}, {"put", 1}, {"merge", 2}, {"deleteRange", 3}, {"putExpiring", 4}}));
  Set(env, constants, "logKinds",
      NumberMap(env, {{"createNamespace", 16}, {"dropNamespace", 17}, {"batchBoundary", 18}}));
  Set(env, constants, "mergeOperators", MakeMergeOperators(env));
  Set(env, constants, "compression", NumberMap(env, {{"none", 0}, {"lz4", 1}, {"zstd", 2}}));
  Set(env, constants, "inspectKinds",
      NumberMap(env, {{"log", 0},
                      {"table", 1},
                      {"manifest", 2},
                      {"current", 3},
                      {"events", 4},
                      {"index", 5},
                      {"catalog", 6}}));
  Set(env, constants, "get",
      NumberMap(env, {{"present", kGetPresent},
                      {"absent", kGetAbsent},
                      {"tooLarge", kGetTooLarge},
                      {"needsDisk", kGetNeedsDisk}}));
  Set(env, constants, "getMany",
      NumberMap(env, {{"absent", kManyAbsent}, {"needsDisk", kManyNeedsDisk}}));
  Set(env, constants, "range",
      NumberMap(env, {{"reverse", kRangeReverse},
                      {"omitKeys", kRangeOmitKeys},
                      {"omitValues", kRangeOmitValues},
                      {"hasLower", kRangeHasLower},
                      {"lowerExclusive", kRangeLowerExclusive},
                      {"hasUpper", kRangeHasUpper},
                      {"upperExclusive", kRangeUpperExclusive},
                      {"endsAtMax", kRangeEndsAtMax}}));
  return constants;
}

}  // namespace

napi_value InitializeAddon(napi_env env, napi_value exports) {
  const auto release = [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); };
  napi_set_instance_data(env, new Environment, release, nullptr);
  const std::pair<const char*, napi_callback> functions[] = {{"initialize", Initialize},
                                                             {"open", Open},
                                                             {"openEventLog", OpenEventLog},
                                                             {"inspect", Inspect},
                                                             {"verifyDirectory", VerifyPath}};
  for (const auto& [name, callback] : functions) {
    Set(env, exports, name, Function(env, name, callback));
  }
  DefineBackupFunctions(env, exports);
  Set(env, exports, "constants", MakeConstants(env));
  return exports;
}

}  // namespace ledgerstone::binding

NAPI_MODULE_INIT() { return ledgerstone::binding::InitializeAddon(env, exports); }
