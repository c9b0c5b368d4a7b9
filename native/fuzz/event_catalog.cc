// Fuzz target: the body of an event log's catalog, behind checksums that hold. A catalog that
// decodes must encode to the same bytes.
#include "log/event_catalog.h"

#include "base/checks.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "fuzz/target.h"

FUZZ_TARGET(event_catalog) {
  using namespace ledgerstone;
  const Slice body(reinterpret_cast<const char*>(data), size);
  std::string bytes = EncodeFileHeader({.kind = FileKind::kEventCatalog, .store_id = StoreId{}});
  bytes.append(body);
  const uint32_t seed = Crc32cSeed(FileSeed(StoreId{}, 0), kFileHeaderSize);
  PutFixed32(&bytes, Crc32cExtend(seed, body));
  log::Catalog catalog;
  if (!log::DecodeCatalog(bytes, &catalog).ok()) return 0;
  log::Catalog again;
  LS_CHECK(log::DecodeCatalog(log::EncodeCatalog(catalog), &again).ok());
  LS_CHECK(again.segments == catalog.segments && again.newest == catalog.newest);
  LS_CHECK(again.clean_close == catalog.clean_close);
  return 0;
}
