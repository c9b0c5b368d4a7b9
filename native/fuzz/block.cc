// Fuzz target: the contents of a data block whose checksum held. Looking a key up must end with an
// answer inside the block, or say that the block is damaged.
#include "sstable/block.h"
#include "base/checks.h"
#include "base/hash.h"
#include "base/internal_key.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using ledgerstone::BlockView;
  if (size < 4) return 0;
  const size_t key_size = 1 + data[0] % 16;
  if (size < 1 + key_size) return 0;
  const ledgerstone::Slice key(reinterpret_cast<const char*>(data) + 1, key_size);
  const ledgerstone::Slice contents(key.data() + key_size, size - 1 - key_size);
  BlockView view;
  if (!view.Parse(contents)) return 0;
  ledgerstone::BlockEntry entry;
  const uint64_t trailer = ledgerstone::MakeSeekTrailer(ledgerstone::kSequenceMax);
  if (view.Find(key, ledgerstone::Hash64(key), trailer, &entry) != BlockView::Found::kEntry)
    return 0;
  const ledgerstone::Slice value = entry.value();
  LS_CHECK(value.data() >= contents.data());
  LS_CHECK(value.data() + value.size() <= contents.data() + contents.size());
  return 0;
}
