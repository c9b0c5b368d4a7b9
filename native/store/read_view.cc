#include "store/read_view.h"

#include <algorithm>

namespace ledgerstone {

const NamespaceView* ReadView::Find(NamespaceId id) const {
  const auto at = std::lower_bound(
      namespaces.begin(), namespaces.end(), id,
      [](const NamespaceView& view, NamespaceId wanted) { return view.id < wanted; });
  return at == namespaces.end() || at->id != id ? nullptr : &*at;
}

ReadViewPtr MakeReadView(std::vector<GenerationPtr> newest_first, VersionPtr version,
                         const std::map<NamespaceId, MergeOperator>& namespaces) {
  auto view = std::make_shared<ReadView>();
  view->namespaces.reserve(namespaces.size());
  for (const auto& [id, merge] : namespaces) {
    NamespaceView& shown = view->namespaces.emplace_back();
    shown.id = id;
    shown.merge = merge;
    shown.tree = version->Find(id);
    for (const GenerationPtr& generation : newest_first) {
      if (const MemTable* memtable = generation->Find(id)) shown.memtables.push_back(memtable);
    }
  }
  view->generations = std::move(newest_first);
  view->version = std::move(version);
  return view;
}

}  // namespace ledgerstone
