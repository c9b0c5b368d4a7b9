#include "version/version.h"

#include <algorithm>

#include "base/checks.h"
#include "base/hash.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

Slice SmallestUserKey(const TableFilePtr& file) { return UserKeyOf(file->meta().smallest); }
Slice LargestUserKey(const TableFilePtr& file) { return UserKeyOf(file->meta().largest); }

bool Covers(const TableFilePtr& file, Slice user_key) {
  return CompareUserKeys(SmallestUserKey(file), user_key) <= 0 &&
         CompareUserKeys(user_key, LargestUserKey(file)) <= 0;
}

// The first table of a sorted level that does not end before `user_key`.
std::vector<TableFilePtr>::const_iterator FirstNotBefore(const std::vector<TableFilePtr>& files,
                                                         Slice user_key) {
  return std::partition_point(files.begin(), files.end(), [&](const TableFilePtr& file) {
    return CompareUserKeys(LargestUserKey(file), user_key) < 0;
  });
}

Status OutOfOrder(const Tree& tree, int level, const TableFilePtr& file, const char* what) {
  return Status::Corruption(
      "namespace '" + tree.info.name + "', level " + std::to_string(level) + ": " + what,
      {TableName(file->meta().number), Status::Place::kNoOffset});
}

Status CheckLevel(const Tree& tree, int level) {
  const auto& files = tree.levels[static_cast<size_t>(level)];
  for (size_t i = 0; i < files.size(); ++i) {
    const TableMeta& meta = files[i]->meta();
    if (CompareInternalKeys(meta.smallest, meta.largest) > 0) {
      return OutOfOrder(tree, level, files[i], "a table's smallest key comes after its largest");
    }
    if (i == 0) continue;
    if (level == 0) {
      if (files[i - 1]->meta().largest_sequence < meta.largest_sequence) {
        return OutOfOrder(tree, level, files[i], "tables do not stand newest first");
      }
    } else if (CompareUserKeys(LargestUserKey(files[i - 1]), SmallestUserKey(files[i])) >= 0) {
      return OutOfOrder(tree, level, files[i], "the table overlaps the one before it");
    }
  }
  return Status::Ok();
}

struct Question {
  Slice user_key;
  uint64_t key_hash;
  Sequence sequence;
  const TableReadOptions& options;
  TableLookup* lookup;
  Status status = {};

  // True when the search is over.
  bool Ask(TableFile* file, LevelCounters* counters) {
    if (file->meta().smallest_sequence > sequence) return false;
    Table* table = nullptr;
    status = file->Get(options.tier, &table);
    if (status.ok()) status = table->GetHashed(user_key, key_hash, sequence, options, lookup);
    if (status.ok() && !lookup->filter_excluded) counters->AddRead();
    return !status.ok() || lookup->outcome != TableLookup::Outcome::kAbsent;
  }
};

}  // namespace

uint64_t Tree::LevelBytes(int level) const {
  uint64_t bytes = 0;
  for (const auto& file : levels[static_cast<size_t>(level)]) bytes += file->meta().size;
  return bytes;
}

uint64_t Tree::TotalBytes() const {
  uint64_t bytes = 0;
  for (int level = 0; level < kLevelCount; ++level) bytes += LevelBytes(level);
  return bytes;
}

Status Tree::Get(Slice user_key, Sequence sequence, const TableReadOptions& options,
                 TableLookup* lookup) const {
  lookup->outcome = TableLookup::Outcome::kAbsent;
  Question question{user_key, Hash64(user_key), sequence, options, lookup};
  for (const auto& file : levels[0]) {
    if (Covers(file, user_key) && question.Ask(file.get(), &(*counters)[0])) return question.status;
  }
  for (size_t level = 1; level < levels.size(); ++level) {
    const auto found = FirstNotBefore(levels[level], user_key);
    if (found == levels[level].end() || !Covers(*found, user_key)) continue;
    if (question.Ask(found->get(), &(*counters)[level])) return question.status;
  }
  return Status::Ok();
}

void Tree::AddIterators(const TableReadOptions& options,
                        std::vector<std::unique_ptr<InternalIterator>>* iterators) const {
  for (const auto& file : levels[0]) {
    iterators->push_back(NewLevelIterator(std::span(&file, 1), options));
  }
  for (size_t level = 1; level < levels.size(); ++level) {
    if (!levels[level].empty()) iterators->push_back(NewLevelIterator(levels[level], options));
  }
}

bool Tree::IsBottomFor(int level, Slice user_key) const {
  for (size_t deeper = static_cast<size_t>(level) + 1; deeper < levels.size(); ++deeper) {
    const auto found = FirstNotBefore(levels[deeper], user_key);
    if (found != levels[deeper].end() && Covers(*found, user_key)) return false;
  }
  return true;
}

bool Tree::MayHoldErased(const TableMeta& meta, const RangeTombstone& tombstone) {
  return meta.smallest_sequence < tombstone.sequence &&
         meta.cleared_sequence < tombstone.sequence &&
         tombstone.Meets(UserKeyOf(meta.smallest), UserKeyOf(meta.largest));
}

std::vector<TableFilePtr> Tree::Overlapping(int level, Slice smallest_user_key,
                                            Slice largest_user_key) const {
  LS_CHECK(level >= 0 && level < kLevelCount);
  const auto& files = levels[static_cast<size_t>(level)];
  std::vector<TableFilePtr> overlapping;
  for (auto at = level == 0 ? files.begin() : FirstNotBefore(files, smallest_user_key);
       at != files.end(); ++at) {
    const bool begins_after = CompareUserKeys(SmallestUserKey(*at), largest_user_key) > 0;
    if (begins_after && level > 0) break;
    if (begins_after || CompareUserKeys(LargestUserKey(*at), smallest_user_key) < 0) continue;
    overlapping.push_back(*at);
  }
  return overlapping;
}

const Tree* Version::Find(NamespaceId id) const {
  const auto found = trees.find(id);
  return found == trees.end() ? nullptr : found->second.get();
}

Status Version::CheckOrder() const {
  for (const auto& [id, tree] : trees) {
    LS_CHECK(tree != nullptr && tree->info.id == id);
    for (int level = 0; level < kLevelCount; ++level) LS_RETURN_IF_ERROR(CheckLevel(*tree, level));
  }
  return Status::Ok();
}

}  // namespace ledgerstone
