// Fuzz target: manifest edits. An edit that decodes must encode to one that says the same.
#include "version/version_edit.h"
#include "base/checks.h"
#include "fuzz/target.h"

FUZZ_TARGET(version_edit) {
  const ledgerstone::Slice input(reinterpret_cast<const char*>(data), size);
  ledgerstone::VersionEdit edit;
  if (!ledgerstone::VersionEdit::Decode(input, "fuzz", 0, &edit).ok()) return 0;
  ledgerstone::VersionEdit again;
  LS_CHECK(ledgerstone::VersionEdit::Decode(edit.Encode(), "fuzz", 0, &again).ok());
  LS_CHECK(edit.Text() == again.Text());
  return 0;
}
