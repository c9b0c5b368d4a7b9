#include "testing/store_copies.h"

namespace ledgerstone {
namespace {

Status Look(SimulatedEnv* env, const std::string& path, CopyLook* look) {
  if (path != StoreWorld::kPath) {
    bool exists = false;
    LS_RETURN_IF_ERROR(env->FileExists(StoreWorld::kPath, &exists));
    if (exists) LS_RETURN_IF_ERROR(env->RenameFile(StoreWorld::kPath, "/original"));
    LS_RETURN_IF_ERROR(env->RenameFile(path, StoreWorld::kPath));
  }
  StoreWorld world(env, 5);
  LS_RETURN_IF_ERROR(world.Open());
  look->sequence = world.store().report().last_sequence;
  look->applied = world.store().report().applied;
  LS_RETURN_IF_ERROR(world.ReadAll(&look->state));
  LS_RETURN_IF_ERROR(world.VerifyClean());
  LS_RETURN_IF_ERROR(world.Put(world.Open("later"), "key", "value"));
  look->next_sequence = world.store().VisibleSequence();
  LS_RETURN_IF_ERROR(world.Close());
  LS_RETURN_IF_ERROR(world.Open());
  if (world.Get(world.Open("later"), "key") != "value") {
    return Status(StatusCode::kMismatch, "a write to the copy is lost");
  }
  return world.Close();
}

}  // namespace

CopyLook LookAtCopy(const SimulatedEnv& env, const std::string& path) {
  const std::unique_ptr<SimulatedEnv> clone = env.Clone();
  CopyLook look;
  look.status = Look(clone.get(), path, &look);
  return look;
}

bool ImageExists(const SimulatedEnv& env, const std::string& path) {
  for (const std::string& file : env.ListImages()) {
    if (file == path || file.starts_with(path + "/")) return true;
  }
  return false;
}

}  // namespace ledgerstone
