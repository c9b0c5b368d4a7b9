// What a reader looks at: the memtables and tables that together are the store at some moment.
// Immutable; a new one is made whenever memtables switch or the LSM state changes, and readers keep
// the one they started with alive.
//
// 1. A reader takes the view first and the visible sequence second: everything up to that sequence
//    which the view lacks is newer than the reader's start.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "store/generation.h"
#include "version/version.h"

namespace ledgerstone {

struct NamespaceView {
  NamespaceId id = 0;
  std::vector<const MemTable*> memtables;  // newest first; those with this namespace
  const Tree* tree = nullptr;              // nullptr: no tables yet
  MergeOperator merge = MergeOperator::kNone;
};

struct ReadView {
  std::vector<GenerationPtr> generations;  // newest first
  VersionPtr version;
  std::vector<NamespaceView> namespaces;  // rising by id

  const NamespaceView* Find(NamespaceId id) const;
};
using ReadViewPtr = std::shared_ptr<const ReadView>;

// `namespaces`: those to show.
ReadViewPtr MakeReadView(std::vector<GenerationPtr> newest_first, VersionPtr version,
                         const std::map<NamespaceId, MergeOperator>& namespaces);

}  // namespace ledgerstone
