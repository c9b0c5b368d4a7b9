// Makes the Version that follows from a Version and edits. Pure: no file is touched, the Version it
// started from stays as it is, and trees that no edit names are shared with it.
//
// 1. Within one edit namespaces are created, then dropped, then tables deleted, then added, then
//    range deletes ended, then added. A table
//    deleted and added under one number moves: it stays the same, open TableFile.
// 2. What cannot be (a deleted table that is not there, a number used twice, overlapping tables)
//    is Corruption at the edit's place; after it the builder is of no further use.
#pragma once

#include <map>
#include <vector>

#include "version/version_edit.h"

namespace ledgerstone {

class VersionBuilder {
 public:
  VersionBuilder(const Version& base, const TableContext* context);

  Status Apply(const VersionEdit& edit, const FilePlace& place);
  // Sorts the levels, checks their order, and hands the Version out. Ends the builder.
  Status Finish(VersionPtr* version);
  // Tables of the edits that are in the new Version no more.
  const std::vector<TableFilePtr>& removed() const { return removed_; }

 private:
  Status CreateNamespaces(const VersionEdit& edit, const FilePlace& place);
  Status DropNamespaces(const VersionEdit& edit, const FilePlace& place);
  Status DeleteTables(const VersionEdit& edit, const FilePlace& place);
  Status AddTables(const VersionEdit& edit, const FilePlace& place);
  Status ChangeRangeDeletes(const VersionEdit& edit, const FilePlace& place);
  // The tree to change, copied from the base at the first call; nullptr when there is none.
  Tree* Writable(NamespaceId id);

  const TableContext* const context_;
  std::map<NamespaceId, std::shared_ptr<const Tree>> trees_;
  std::map<NamespaceId, std::shared_ptr<Tree>> writable_;
  std::map<uint64_t, TableFilePtr> deleted_;  // by the edit at hand, not yet added again
  std::vector<TableFilePtr> removed_;
};

}  // namespace ledgerstone
