// Copies of a store: checkpoint and backup of an open one; backups listed, checked, removed and
// restored without one; salvage. All of it works on libuv's pool.
#include "binding/copy_functions.h"

#include "binding/environment.h"
#include "binding/findings.h"
#include "binding/pool_work.h"

namespace ledgerstone::binding {
namespace {

napi_value ReportObject(napi_env env, const CheckpointReport& report) {
  napi_value object = Object(env);
  Set(env, object, "sequence", Bigint(env, report.sequence));
  Set(env, object, "applied", Bigint(env, report.applied));
  Set(env, object, "tables", report.tables);
  Set(env, object, "bytes", report.bytes);
  Set(env, object, "copiedTables", report.copied_tables);
  return object;
}

napi_value BackupObject(napi_env env, const BackupInfo& info) {
  napi_value object = Object(env);
  Set(env, object, "backup", info.number);
  Set(env, object, "createdMillis", info.created_millis);
  Set(env, object, "storeId", info.store_id);
  Set(env, object, "sequence", Bigint(env, info.sequence));
  Set(env, object, "applied", Bigint(env, info.applied));
  Set(env, object, "tables", info.tables);
  Set(env, object, "bytes", info.bytes);
  Set(env, object, "sentTables", info.sent_tables);
  Set(env, object, "sentBytes", info.sent_bytes);
  Set(env, object, "damage", info.damage.ok() ? Undefined(env) : StatusFields(env, info.damage));
  return object;
}

napi_value LossObject(napi_env env, const SalvageLoss& loss) {
  napi_value object = Object(env);
  Set(env, object, "file", loss.file);
  Set(env, object, "begin", loss.begin);
  Set(env, object, "end", loss.end);
  Set(env, object, "namespace", loss.namespace_name);
  Set(env, object, "from", loss.from_known ? BytesCopy(env, loss.from) : Undefined(env));
  Set(env, object, "to", loss.to_known ? BytesCopy(env, loss.to) : Undefined(env));
  Set(env, object, "firstSequence", Bigint(env, loss.first_sequence));
  Set(env, object, "lastSequence", Bigint(env, loss.last_sequence));
  Set(env, object, "reason", loss.reason);
  return object;
}

napi_value SalvageObject(napi_env env, const SalvageReport& report) {
  napi_value object = Object(env);
  Set(env, object, "manifestWhole", report.manifest_whole);
  Set(env, object, "tables", report.tables);
  Set(env, object, "records", report.records);
  Set(env, object, "entries", report.entries);
  Set(env, object, "namespaces",
      List(env, report.namespaces, [env](const SalvagedNamespace& space) {
        napi_value item = Object(env);
        Set(env, item, "name", space.name);
        Set(env, item, "entries", space.entries);
        Set(env, item, "named", space.named);
        return item;
      }));
  Set(env, object, "losses",
      List(env, report.losses, [env](const SalvageLoss& loss) { return LossObject(env, loss); }));
  Set(env, object, "unknowns",
      List(env, report.unknowns, [env](const std::string& text) { return Value(env, text); }));
  return object;
}

napi_value Checkpoint(napi_env env, napi_callback_info info) {
  const StoreCall<1> call(env, info);
  std::string directory;
  if (!call.Read("directory", &directory)) return nullptr;
  return Compute<CheckpointReport>(
      env, "ledgerstone.checkpoint",
      [handle = call.shared(), directory](CheckpointReport* report) {
        return handle->store->Checkpoint(directory, report);
      },
      ReportObject);
}

napi_value Backup(napi_env env, napi_callback_info info) {
  const StoreCall<2> call(env, info);
  std::string directory;
  BackupOptions options;
  if (!call.Read("directory", &directory, "createdMillis", &options.created_millis)) {
    return nullptr;
  }
  return Compute<BackupInfo>(
      env, "ledgerstone.backup",
      [handle = call.shared(), directory, options](BackupInfo* made) {
        return handle->store->Backup(directory, options, made);
      },
      BackupObject);
}

napi_value ListAll(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  std::string directory;
  if (!call.Read("directory", &directory)) return nullptr;
  using Infos = std::vector<BackupInfo>;
  return Compute<Infos>(
      env, "ledgerstone.listBackups",
      [directory](Infos* infos) { return ListBackups(nullptr, directory, infos); },
      [](napi_env e, const Infos& infos) {
        return List(e, infos, [e](const BackupInfo& each) { return BackupObject(e, each); });
      });
}

napi_value Verify(napi_env env, napi_callback_info info) {
  const Call<2> call(env, info);
  std::string directory;
  uint64_t number = 0;
  if (!call.Read("directory", &directory, "backup", &number)) return nullptr;
  return Compute<std::vector<Finding>>(
      env, "ledgerstone.verifyBackup",
      [=](std::vector<Finding>* findings) {
        return VerifyBackup(nullptr, directory, number, findings);
      },
      FindingList);
}

napi_value Remove(napi_env env, napi_callback_info info) {
  const Call<2> call(env, info);
  std::string directory;
  uint64_t number = 0;
  if (!call.Read("directory", &directory, "backup", &number)) return nullptr;
  return RunOnPool(env, "ledgerstone.removeBackup",
                   {.run = [=] { return RemoveBackup(nullptr, directory, number); }});
}

napi_value Restore(napi_env env, napi_callback_info info) {
  const Call<3> call(env, info);
  std::string directory;
  std::string target;
  uint64_t number = 0;
  if (!call.Read("directory", &directory, "backup", &number, "target", &target)) return nullptr;
  return Compute<BackupInfo>(
      env, "ledgerstone.restore",
      [=](BackupInfo* restored) {
        return RestoreBackup(nullptr, directory, target, number, restored);
      },
      BackupObject);
}

napi_value SalvageStore(napi_env env, napi_callback_info info) {
  const Call<2> call(env, info);
  std::string source;
  std::string target;
  if (!call.Read("source", &source, "target", &target)) return nullptr;
  return Compute<SalvageReport>(
      env, "ledgerstone.salvage",
      [=](SalvageReport* report) { return Salvage(StoreOptions(), source, target, report); },
      SalvageObject);
}

}  // namespace

void DefineCopyFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunctions(env, object, handle, {{"checkpoint", Checkpoint}, {"backup", Backup}});
}

void DefineBackupFunctions(napi_env env, napi_value exports) {
  const StoreFunction functions[] = {{"listBackups", ListAll},
                                     {"verifyBackup", Verify},
                                     {"removeBackup", Remove},
                                     {"restoreBackup", Restore},
                                     {"salvage", SalvageStore}};
  for (const auto& [name, callback] : functions) {
    Set(env, exports, name, Function(env, name, callback));
  }
}

}  // namespace ledgerstone::binding
