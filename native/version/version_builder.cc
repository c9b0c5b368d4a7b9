#include "version/version_builder.h"

#include <algorithm>
#include <set>

#include "base/checks.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

Status Impossible(const std::string& what, const FilePlace& place) {
  return Status::Corruption("manifest edit: " + what, place);
}

std::string NamespaceText(NamespaceId id) { return "namespace " + std::to_string(id); }

auto FindNumber(std::vector<TableFilePtr>* files, uint64_t number) {
  return std::find_if(files->begin(), files->end(),
                      [&](const TableFilePtr& file) { return file->meta().number == number; });
}

bool HoldsNumber(Tree* tree, uint64_t number) {
  return std::any_of(tree->levels.begin(), tree->levels.end(),
                     [&](auto& files) { return FindNumber(&files, number) != files.end(); });
}

bool NewerFirst(const TableFilePtr& a, const TableFilePtr& b) {
  if (a->meta().largest_sequence != b->meta().largest_sequence) {
    return a->meta().largest_sequence > b->meta().largest_sequence;
  }
  return a->meta().number > b->meta().number;
}

bool SmallerFirst(const TableFilePtr& a, const TableFilePtr& b) {
  return CompareInternalKeys(a->meta().smallest, b->meta().smallest) < 0;
}

}  // namespace

VersionBuilder::VersionBuilder(const Version& base, const TableContext* context)
    : context_(context), trees_(base.trees) {
  LS_CHECK(context_ != nullptr);
}

Status VersionBuilder::Apply(const VersionEdit& edit, const FilePlace& place) {
  deleted_.clear();
  LS_RETURN_IF_ERROR(CreateNamespaces(edit, place));
  LS_RETURN_IF_ERROR(DropNamespaces(edit, place));
  LS_RETURN_IF_ERROR(DeleteTables(edit, place));
  LS_RETURN_IF_ERROR(AddTables(edit, place));
  LS_RETURN_IF_ERROR(ChangeRangeDeletes(edit, place));
  for (auto& [number, file] : deleted_) removed_.push_back(std::move(file));
  return Status::Ok();
}

Tree* VersionBuilder::Writable(NamespaceId id) {
  const auto tree = trees_.find(id);
  if (tree == trees_.end()) return nullptr;
  auto& writable = writable_[id];
  if (writable == nullptr) {
    writable = std::make_shared<Tree>(*tree->second);
    tree->second = writable;
  }
  LS_CHECK(tree->second == writable);
  return writable.get();
}

Status VersionBuilder::CreateNamespaces(const VersionEdit& edit, const FilePlace& place) {
  for (const NamespaceInfo& info : edit.created_namespaces) {
    auto tree = std::make_shared<Tree>();
    tree->info = info;
    if (!trees_.emplace(info.id, tree).second) {
      return Impossible(NamespaceText(info.id) + " is created twice", place);
    }
    writable_[info.id] = std::move(tree);
  }
  return Status::Ok();
}

Status VersionBuilder::DropNamespaces(const VersionEdit& edit, const FilePlace& place) {
  for (const NamespaceId id : edit.dropped_namespaces) {
    const auto tree = trees_.find(id);
    if (tree == trees_.end()) {
      return Impossible(NamespaceText(id) + " is dropped and not there", place);
    }
    for (const auto& files : tree->second->levels) {
      removed_.insert(removed_.end(), files.begin(), files.end());
    }
    writable_.erase(id);
    trees_.erase(tree);
  }
  return Status::Ok();
}

Status VersionBuilder::DeleteTables(const VersionEdit& edit, const FilePlace& place) {
  for (const auto& table : edit.deleted_tables) {
    const std::string name = TableName(table.number);
    Tree* const tree = Writable(table.namespace_id);
    if (tree == nullptr) {
      return Impossible(
          name + " is deleted from " + NamespaceText(table.namespace_id) + ", which is not there",
          place);
    }
    LS_CHECK(table.level >= 0 && table.level < kLevelCount);
    auto& files = tree->levels[static_cast<size_t>(table.level)];
    const auto found = FindNumber(&files, table.number);
    if (found == files.end()) {
      return Impossible(
          name + " is deleted from level " + std::to_string(table.level) + ", where it is not",
          place);
    }
    deleted_[table.number] = std::move(*found);
    files.erase(found);
  }
  return Status::Ok();
}

Status VersionBuilder::AddTables(const VersionEdit& edit, const FilePlace& place) {
  for (const auto& table : edit.new_tables) {
    const std::string name = TableName(table.meta.number);
    Tree* const tree = Writable(table.namespace_id);
    if (tree == nullptr) {
      return Impossible(
          name + " is added to " + NamespaceText(table.namespace_id) + ", which is not there",
          place);
    }
    if (HoldsNumber(tree, table.meta.number)) return Impossible(name + " is added twice", place);
    LS_CHECK(table.level >= 0 && table.level < kLevelCount);
    auto& files = tree->levels[static_cast<size_t>(table.level)];
    const auto moved = deleted_.find(table.meta.number);
    if (moved == deleted_.end()) {
      files.push_back(std::make_shared<TableFile>(context_, table.meta));
    } else {
      files.push_back(std::move(moved->second));
      deleted_.erase(moved);
    }
  }
  return Status::Ok();
}

Status VersionBuilder::ChangeRangeDeletes(const VersionEdit& edit, const FilePlace& place) {
  std::map<NamespaceId, std::vector<RangeTombstone>> changed;
  const auto list_of = [&](NamespaceId id) -> std::vector<RangeTombstone>* {
    const auto tree = trees_.find(id);
    if (tree == trees_.end()) return nullptr;
    const auto [at, is_new] = changed.try_emplace(id);
    const RangeTombstonesPtr& known = tree->second->range_tombstones;
    if (is_new && known != nullptr) at->second = known->all();
    return &at->second;
  };
  for (const auto& ended : edit.ended_range_deletes) {
    auto* const list = list_of(ended.namespace_id);
    const auto named = [&](const RangeTombstone& each) { return each.sequence == ended.sequence; };
    if (list == nullptr || std::erase_if(*list, named) == 0) {
      return Impossible(
          "a range delete ends in " + NamespaceText(ended.namespace_id) + ", where it is not",
          place);
    }
  }
  for (const auto& erased : edit.range_deletes) {
    auto* const list = list_of(erased.namespace_id);
    if (list == nullptr) {
      return Impossible(
          "a range delete in " + NamespaceText(erased.namespace_id) + ", which is not there",
          place);
    }
    list->push_back(erased.tombstone);
  }
  for (auto& [id, list] : changed) {
    Writable(id)->range_tombstones =
        list.empty() ? nullptr : std::make_shared<const RangeTombstones>(std::move(list));
  }
  return Status::Ok();
}

Status VersionBuilder::Finish(VersionPtr* version) {
  for (auto& [id, tree] : writable_) {
    std::sort(tree->levels[0].begin(), tree->levels[0].end(), NewerFirst);
    for (size_t level = 1; level < tree->levels.size(); ++level) {
      std::sort(tree->levels[level].begin(), tree->levels[level].end(), SmallerFirst);
    }
    tree->CountEntries();
  }
  writable_.clear();
  std::set<std::string> names;
  for (const auto& [id, tree] : trees_) {
    if (!names.insert(tree->info.name).second) {
      return Status::Corruption("two namespaces are named '" + tree->info.name + "'", {});
    }
  }
  auto built = std::make_shared<Version>();
  built->trees = std::move(trees_);
  LS_RETURN_IF_ERROR(built->CheckOrder());
  *version = std::move(built);
  return Status::Ok();
}

}  // namespace ledgerstone
