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
                         const std::vector<NamespaceId>& ids) {
  auto view = std::make_shared<ReadView>();
  view->namespaces.reserve(ids.size());
  for (const NamespaceId id : ids) {
    LS_CHECK(view->namespaces.empty() || view->namespaces.back().id < id);
    NamespaceView& shown = view->namespaces.emplace_back();
    shown.id = id;
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
