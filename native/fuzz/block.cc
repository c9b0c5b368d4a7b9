// Fuzz target: the contents of a data block, and a key to look up. Lookups and walks must end
// inside the block, or say that it is damaged.
//
//   input := key_size: u8 (mod 16, and one), key, the block's contents
#include "sstable/block.h"
#include "base/checks.h"
#include "base/hash.h"
#include "base/internal_key.h"
#include "fuzz/target.h"
#include "sstable/block_iterator.h"

namespace ledgerstone {
namespace {

void ExpectFound(Slice contents, Slice key) {
  BlockView view;
  if (!view.Parse(contents)) return;
  BlockEntry entry;
  const uint64_t trailer = MakeSeekTrailer(kSequenceMax);
  if (view.Find(key, Hash64(key), trailer, &entry) != BlockView::Found::kEntry) return;
  const Slice value = entry.value();
  LS_CHECK(value.data() >= contents.data());
  LS_CHECK(value.data() + value.size() <= contents.data() + contents.size());
}

void Walk(Slice contents, Slice key) {
  static const std::string file = "fuzz";
  static BlockIterator iterator;
  BlockCache::Entry* const bytes = BlockCache::Allocate(contents.size());
  std::copy(contents.begin(), contents.end(), BlockCache::MutableData(bytes));
  iterator.Open(BlockCache::Adopt(bytes), &file, 0);
  size_t left = contents.size();
  for (iterator.SeekToFirst(); iterator.Valid(); iterator.Next()) LS_CHECK(left-- > 0);
  if (!iterator.status().ok()) return iterator.Close();
  std::string target;
  AppendInternalKey(&target, key, MakeSeekTrailer(kSequenceMax));
  iterator.Seek(target);
  left = contents.size();
  for (; iterator.Valid(); iterator.Prev()) LS_CHECK(left-- > 0);
  iterator.Close();
}

}  // namespace
}  // namespace ledgerstone

FUZZ_TARGET(block) {
  using namespace ledgerstone;
  if (size < 4) return 0;
  const size_t key_size = 1 + data[0] % 16;
  if (size < 1 + key_size) return 0;
  const Slice key(reinterpret_cast<const char*>(data) + 1, key_size);
  const Slice contents(key.data() + key_size, size - 1 - key_size);
  ExpectFound(contents, key);
  Walk(contents, key);
  return 0;
}
