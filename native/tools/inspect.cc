// ledgerstone_inspect KIND FILE [--entries]: a store's or an event log's file as text. KIND is log,
// table, manifest, current, events, index or catalog. The `ledgerstone dump` command shows the
// same; this one needs no Node.js.
#include <cstdio>
#include <cstring>
#include <map>
#include <string>

#include "ledgerstone/store.h"

int main(int argc, char** argv) {
  using ledgerstone::InspectKind;
  const std::string kind = argc > 1 ? argv[1] : "";
  const std::map<std::string, InspectKind> kinds = {{"log", InspectKind::kLog},
                                                    {"table", InspectKind::kTable},
                                                    {"manifest", InspectKind::kManifest},
                                                    {"current", InspectKind::kCurrent},
                                                    {"events", InspectKind::kEvents},
                                                    {"index", InspectKind::kEventIndex},
                                                    {"catalog", InspectKind::kEventCatalog}};
  const auto found = kinds.find(kind);
  if (found == kinds.end() || argc < 3) {
    std::fprintf(stderr,
                 "usage: ledgerstone_inspect log|table|manifest|current|events|index|catalog FILE "
                 "[--entries]\n");
    return 2;
  }
  const bool entries = argc > 3 && std::strcmp(argv[3], "--entries") == 0;
  std::string text;
  const ledgerstone::Status status =
      ledgerstone::InspectFile(nullptr, found->second, argv[2], entries, &text);
  std::fputs(text.c_str(), stdout);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}
