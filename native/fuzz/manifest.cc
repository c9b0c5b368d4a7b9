// Fuzz target: edits of a manifest, applied one after the other. What they make is what a snapshot
// of it makes, or an edit is refused.
//
//   input := edit*
//   edit  := size: u8, a version edit
#include "base/checks.h"
#include "fuzz/input.h"
#include "fuzz/target.h"
#include "version/version_builder.h"
#include "version/version_set.h"

namespace ledgerstone {
namespace {

Status TakeEdit(Slice bytes, VersionBuilder* builder, ManifestState* state) {
  VersionEdit edit;
  LS_RETURN_IF_ERROR(VersionEdit::Decode(bytes, "fuzz", 0, &edit));
  LS_RETURN_IF_ERROR(builder->Apply(edit, {"fuzz", 0}));
  state->Apply(edit);
  return Status::Ok();
}

}  // namespace
}  // namespace ledgerstone

FUZZ_TARGET(manifest) {
  using namespace ledgerstone;
  static const TableContext context;
  FuzzInput input(data, size);
  VersionBuilder builder(Version(), &context);
  ManifestState state;
  while (!input.empty()) {
    if (!TakeEdit(input.Bytes(input.Byte()), &builder, &state).ok()) return 0;
  }
  VersionPtr version;
  if (!builder.Finish(&version).ok()) return 0;
  const std::string snapshot = SnapshotEdit(*version, state).Encode();
  VersionBuilder second(Version(), &context);
  ManifestState state_again;
  LS_CHECK(TakeEdit(snapshot, &second, &state_again).ok());
  VersionPtr again;
  LS_CHECK(second.Finish(&again).ok());
  LS_CHECK(SnapshotEdit(*again, state_again).Encode() == snapshot);
  return 0;
}
