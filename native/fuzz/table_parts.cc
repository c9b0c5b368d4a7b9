// Fuzz target: a table whose checksums all hold, whatever its parts say: entries of blocks, index,
// filter, properties and footer. Every call ends, and what is wrong is Corruption or NotSupported.
//
//   input := choices: u8, given: u8 (a bit for each number of the footer's handles), for each of
//            them a base: u8 (odd: the end of the parts, else 0) and what is added to it: i8,
//            key, index, properties, filter: size u16 and bytes each, data block*
//   block := compression: u8, size: u16, bytes
//   choices: 1 the index given, else one that fits the blocks; 2 the properties given, else right
//   ones; 4 with a filter; 8 the whole of it verified; 16 and dumped as text
#include <optional>

#include "base/checks.h"
#include "fuzz/input.h"
#include "fuzz/target.h"
#include "sstable/properties.h"
#include "testing/table_world.h"

namespace ledgerstone {
namespace {

constexpr size_t kFields = 6;

class TableMaker {
 public:
  TableMaker(FuzzInput* input, const TableIdentity& identity)
      : input_(input), seed_(FileSeed(identity.store_id, identity.file_number)) {
    bytes_ = EncodeFileHeader({.kind = FileKind::kTable,
                               .store_id = identity.store_id,
                               .file_number = identity.file_number});
  }

  std::string Make(uint8_t choices) {
    const uint8_t given = input_->Byte();
    for (size_t i = 0; i < kFields; ++i) {
      if ((given >> i & 1) == 0) continue;
      from_end_[i] = input_->Byte() % 2 != 0;
      given_[i] = static_cast<int8_t>(input_->Byte());
    }
    key_ = Sized();
    const Slice index = Sized();
    const Slice properties = Sized();
    const Slice filter = Sized();
    while (!input_->empty()) AddDataBlock();
    TableFooter footer;
    footer.file_seed = seed_;
    if ((choices & 4) != 0) footer.filter = AddBlock(filter, Compression::kNone);
    footer.index = AddBlock((choices & 1) != 0 ? index : RightIndex(), Compression::kNone);
    footer.properties = AddBlock((choices & 2) != 0 ? std::string(properties) : RightProperties(),
                                 Compression::kNone);
    for (size_t i = 0; i < kFields; ++i) {
      if (!given_[i].has_value()) continue;
      Field(&footer, i) = (from_end_[i] ? bytes_.size() : 0) + static_cast<uint64_t>(*given_[i]);
    }
    return bytes_ + EncodeTableFooter(footer);
  }

  Slice key() const { return key_; }

 private:
  Slice Sized() { return input_->Bytes(input_->Number16()); }

  BlockHandle AddBlock(Slice contents, Compression compression) {
    const BlockHandle handle{bytes_.size(), contents.size()};
    bytes_.append(contents);
    bytes_ += EncodeBlockTrailer(seed_, handle.offset, contents, compression);
    return handle;
  }

  void AddDataBlock() {
    const auto compression = static_cast<Compression>(input_->Byte() % 4);
    const BlockHandle handle = AddBlock(Sized(), compression);
    std::string separator;
    AppendInternalKey(&separator, std::string(1, static_cast<char>(++blocks_)),
                      MakeTrailer(1, EntryKind::kPut));
    std::string value;
    PutBlockHandle(&value, handle);
    PutFixed32(&restarts_, static_cast<uint32_t>(entries_.size()));
    entries_.push_back('\0');
    PutVarint(&entries_, separator.size());
    PutVarint(&entries_, value.size());
    entries_ += separator + value;
  }

  std::string RightIndex() const {
    std::string index = entries_ + restarts_;
    PutFixed32(&index, blocks_);
    return index;
  }

  std::string RightProperties() const {
    TableProperties properties;
    properties.data_block_count = blocks_;
    return EncodeProperties(properties);
  }

  static uint64_t& Field(TableFooter* footer, size_t i) {
    BlockHandle* const handles[] = {&footer->index, &footer->filter, &footer->properties};
    return i % 2 == 0 ? handles[i / 2]->offset : handles[i / 2]->size;
  }

  FuzzInput* input_;
  const uint64_t seed_;
  std::string bytes_;
  std::string entries_;
  std::string restarts_;
  std::optional<int64_t> given_[kFields];
  bool from_end_[kFields] = {};
  Slice key_;
  uint32_t blocks_ = 0;
};

void ExpectTold(const Status& status) {
  LS_CHECK(status.ok() || status.Is(StatusCode::kCorruption) ||
           status.Is(StatusCode::kNotSupported));
}

void WalkBothWays(Table* table, Slice key) {
  const auto iterator = table->NewIterator({});
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    LS_CHECK(iterator->key().size() >= kTrailerSize);
  }
  ExpectTold(iterator->status());
  for (iterator->SeekToLast(); iterator->Valid(); iterator->Prev()) {
    LS_CHECK(iterator->key().size() >= kTrailerSize);
  }
  ExpectTold(iterator->status());
  iterator->Seek(InternalKey(key, kSequenceMax));
  ExpectTold(iterator->status());
}

}  // namespace
}  // namespace ledgerstone

FUZZ_TARGET(table_parts) {
  using namespace ledgerstone;
  static TableWorld world;
  FuzzInput input(data, size);
  TableMaker maker(&input, world.identity());
  world.cache().Clear();
  const uint8_t choices = input.Byte();
  world.bytes() = maker.Make(choices);
  world.info().file_size = world.bytes().size();
  std::unique_ptr<Table> table;
  const Status opened = world.Open(&table);
  ExpectTold(opened);
  if (!opened.ok()) return 0;
  TableLookup lookup;
  ExpectTold(table->Get(maker.key(), kSequenceMax, {}, &lookup));
  WalkBothWays(table.get(), maker.key());
  LS_CHECK(table->ApproximateOffset(InternalKey(maker.key(), 1)) <= world.bytes().size());
  const double share = table->ApproximateShareBefore(maker.key());
  LS_CHECK(share >= 0 && share <= 1);
  if ((choices & 8) != 0) ExpectTold(table->Verify(nullptr));
  std::string text;
  if ((choices & 16) != 0) ExpectTold(table->Dump(true, &text));
  return 0;
}
