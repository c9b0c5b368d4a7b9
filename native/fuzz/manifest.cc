// Fuzz target: edits of a manifest, applied one after the other. An edit is refused, or what they
// make is sound, and what a snapshot of it makes.
//
//   input := edit*
//   edit  := size: u8, a version edit
#include <set>

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

std::vector<RangeTombstone> RangeDeletes(const Tree& tree) {
  return tree.range_tombstones == nullptr ? std::vector<RangeTombstone>()
                                          : tree.range_tombstones->all();
}

void ExpectSame(const Tree& tree, const Tree& other) {
  const auto equal = [](const RangeTombstone& a, const RangeTombstone& b) {
    return a.begin == b.begin && a.end == b.end && a.sequence == b.sequence;
  };
  const std::vector<RangeTombstone> erased = RangeDeletes(tree);
  const std::vector<RangeTombstone> also = RangeDeletes(other);
  LS_CHECK(std::equal(erased.begin(), erased.end(), also.begin(), also.end(), equal));
  std::set<uint64_t> numbers;
  for (size_t level = 0; level < tree.levels.size(); ++level) {
    LS_CHECK(tree.levels[level].size() == other.levels[level].size());
    for (size_t i = 0; i < tree.levels[level].size(); ++i) {
      const TableMeta& meta = tree.levels[level][i]->meta();
      LS_CHECK(numbers.insert(meta.number).second);
      LS_CHECK(other.levels[level][i]->meta().number == meta.number);
    }
  }
}

void ExpectSame(const Version& version, const Version& other) {
  LS_CHECK(version.trees.size() == other.trees.size());
  for (const auto& [id, tree] : version.trees) ExpectSame(*tree, *other.trees.at(id));
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
  ExpectSame(*version, *again);
  LS_CHECK(SnapshotEdit(*again, state_again).Encode() == snapshot);
  return 0;
}
