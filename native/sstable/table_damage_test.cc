// Whatever happens to a table's bytes is told: never a wrong value, never "absent" for what is
// there.
#include <gtest/gtest.h>

#include "base/coding.h"
#include "sstable/table.h"
#include "testing/table_world.h"

namespace ledgerstone {
namespace {

TableModel SmallModel() {
  TableModel model;
  for (int i = 0; i < 12; ++i) {
    model[InternalKey("key" + std::to_string(i), static_cast<Sequence>(10 + i))] =
        std::string(static_cast<size_t>(i) * 9, 'v') + std::to_string(i);
  }
  model[InternalKey("key3", 2, EntryKind::kDelete)] = "";
  return model;
}

// Everything a reader could be told by the damaged table is right or Corruption; the whole check
// tells.
void CheckDamageIsTold(TableWorld* world, const TableModel& model) {
  std::unique_ptr<Table> table;
  const Status opened = world->Open(&table);
  if (!opened.ok()) {
    ASSERT_TRUE(opened.Is(StatusCode::kCorruption)) << opened.ToString();
    ASSERT_EQ(opened.place().file, "000007.sst");
    return;
  }
  const Status verified = table->Verify(nullptr);
  ASSERT_TRUE(verified.Is(StatusCode::kCorruption)) << verified.ToString();
  ASSERT_EQ(verified.place().file, "000007.sst");
  ASSERT_NE(verified.place().offset, Status::Place::kNoOffset);
  for (const auto& [key, unused] : model) {
    const Sequence sequence = TrailerSequence(TrailerOf(key));
    const std::string found = LookupText(table.get(), UserKeyOf(key), sequence);
    if (!found.starts_with("CORRUPTION")) {
      ASSERT_EQ(found, ModelLookupText(model, UserKeyOf(key), sequence));
    }
  }
  const auto iterator = table->NewIterator({});
  auto at = model.begin();
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next(), ++at) {
    ASSERT_EQ(iterator->key(), at->first);
    ASSERT_EQ(iterator->value(), at->second);
  }
  ASSERT_NE(at, model.end());
  ASSERT_TRUE(iterator->status().Is(StatusCode::kCorruption));
}

class TableDamage : public testing::TestWithParam<Compression> {
 protected:
  void SetUp() override {
    options_.block_bytes = 200;
    options_.restart_interval = 2;
    options_.compression = GetParam();
    ASSERT_TRUE(world_.Build(model_, options_).ok());
  }
  const TableModel model_ = SmallModel();
  TableOptions options_;
  TableWorld world_{0};
};

TEST_P(TableDamage, OfAnySingleByteIsTold) {
  const std::string whole = world_.bytes();
  for (size_t i = 0; i < whole.size(); ++i) {
    for (const int mask : {0x01, 0x80, 0xff}) {
      world_.bytes()[i] = static_cast<char>(whole[i] ^ mask);
      CheckDamageIsTold(&world_, model_);
      ASSERT_FALSE(HasFatalFailure()) << "byte " << i << " mask " << mask;
    }
    world_.bytes()[i] = whole[i];
  }
  std::unique_ptr<Table> table;
  ASSERT_TRUE(world_.Open(&table).ok());
  EXPECT_TRUE(table->Verify(&world_.info().digest).ok());
}

TEST_P(TableDamage, ByTruncationAtAnyLengthIsTold) {
  const std::string whole = world_.bytes();
  for (size_t size = 0; size < whole.size(); ++size) {
    world_.bytes() = whole.substr(0, size);
    std::unique_ptr<Table> table;
    ASSERT_TRUE(world_.Open(&table).Is(StatusCode::kCorruption)) << size;
    const uint64_t promised = std::exchange(world_.info().file_size, size);
    ASSERT_TRUE(world_.Open(&table).Is(StatusCode::kCorruption)) << size;
    world_.info().file_size = promised;
  }
}

TEST_P(TableDamage, ByBlocksThatChangedPlacesIsTold) {
  std::string& bytes = world_.bytes();
  const std::string whole = bytes;
  std::swap_ranges(bytes.begin() + 48, bytes.begin() + 148, bytes.begin() + 200);
  CheckDamageIsTold(&world_, model_);
  bytes = whole;
}

TEST_P(TableDamage, OutsideABlockLeavesTheBlockReadable) {
  world_.bytes()[world_.info().file_size / 3] ^= 1;
  std::unique_ptr<Table> table;
  ASSERT_TRUE(world_.Open(&table).ok());
  EXPECT_EQ(LookupText(table.get(), "key0", 99), ModelLookupText(model_, "key0", 99));
  const auto iterator = table->NewIterator({});
  iterator->SeekToFirst();
  while (iterator->Valid()) iterator->Next();
  EXPECT_TRUE(iterator->status().Is(StatusCode::kCorruption));
  iterator->SeekToFirst();
  EXPECT_TRUE(iterator->Valid());
  EXPECT_TRUE(iterator->status().ok());
}

INSTANTIATE_TEST_SUITE_P(EveryCompression, TableDamage,
                         testing::Values(Compression::kNone, Compression::kLz4,
                                         Compression::kZstd));

TEST(TableIdentity, OfAnotherNumberOrStoreIsRefused) {
  TableWorld world;
  ASSERT_TRUE(world.Build(SmallModel(), {}).ok());
  std::unique_ptr<Table> table;
  world.identity().file_number = 8;
  EXPECT_TRUE(world.Open(&table).Is(StatusCode::kCorruption));
  world.identity().file_number = 7;
  world.identity().store_id[3] = 'x';
  const Status status = world.Open(&table);
  EXPECT_TRUE(status.Is(StatusCode::kCorruption));
  EXPECT_NE(status.ToString().find("another store"), std::string::npos) << status.ToString();
}

TEST(TableIdentity, ADigestThatDiffersIsTold) {
  TableWorld world;
  const auto table = world.MustOpen(SmallModel(), {});
  const uint32_t wrong = world.info().digest ^ 1;
  EXPECT_TRUE(table->Verify(&world.info().digest).ok());
  EXPECT_TRUE(table->Verify(&wrong).Is(StatusCode::kCorruption));
}

// Puts another kind into the only entry's trailer and makes the block's checksum right again.
void PlantKind(TableWorld* world, uint8_t kind) {
  std::string& bytes = world->bytes();
  const size_t trailer = kFileHeaderSize + 3 + 1;
  ASSERT_EQ(bytes[trailer], static_cast<char>(EntryKind::kPut));
  bytes[trailer] = static_cast<char>(kind);
  const size_t contents = 3 + 9 + 5 + 4 + 4;
  const uint64_t seed = FileSeed(world->identity().store_id, world->identity().file_number);
  bytes.replace(
      kFileHeaderSize + contents, kBlockTrailerSize,
      EncodeBlockTrailer(seed, kFileHeaderSize, Slice(bytes).substr(kFileHeaderSize, contents),
                         Compression::kNone));
}

TEST(TableKinds, ThatTablesDoNotHoldAreCorruption) {
  for (const auto& [kind, code, word] :
       {std::tuple{EntryKind::kRangeDelete, StatusCode::kCorruption, "3"},
        std::tuple{EntryKind{77}, StatusCode::kCorruption, "77"}}) {
    TableWorld world;
    TableModel model;
    model[InternalKey("a", 1)] = "value";
    ASSERT_TRUE(world.Build(model, {}).ok());
    PlantKind(&world, static_cast<uint8_t>(kind));
    std::unique_ptr<Table> table;
    ASSERT_TRUE(world.Open(&table).ok());
    TableLookup lookup;
    const Status got = table->Get("a", 5, {}, &lookup);
    EXPECT_TRUE(got.Is(code)) << got.ToString();
    EXPECT_NE(got.ToString().find(word), std::string::npos) << got.ToString();
    const auto iterator = table->NewIterator({});
    iterator->SeekToFirst();
    EXPECT_FALSE(iterator->Valid());
    EXPECT_TRUE(iterator->status().Is(code));
    EXPECT_TRUE(table->Verify(nullptr).Is(code));
  }
}

TEST(TableFooters, ThatNameAPlaceBehindTheFileAreCorruption) {
  constexpr uint64_t kFileSize = 1'000;
  const TableIdentity identity{StoreId{}, 7, "000007.sst"};
  const BlockHandle all{0, kFileSize - kTableFooterSize - kBlockTrailerSize};
  const BlockHandle behind{kFileSize + 1, 20};
  const auto read = [&](const BlockHandle& index, const BlockHandle& filter) {
    TableFooter footer{index, filter, all, FileSeed(identity.store_id, identity.file_number)};
    return DecodeTableFooter(EncodeTableFooter(footer), identity, kFileSize, &footer);
  };
  EXPECT_TRUE(read(behind, {}).Is(StatusCode::kCorruption));
  EXPECT_TRUE(read({0, 20}, behind).Is(StatusCode::kCorruption));
}

TEST(TableFaults, AFailedReadIsAnIoErrorAndNotCorruption) {
  TableWorld world;
  const auto table = world.MustOpen(SmallModel(), {});
  world.env().FailRead(1);
  TableLookup lookup;
  EXPECT_TRUE(table->Get("key1", 99, {}, &lookup).Is(StatusCode::kIoError));
  EXPECT_EQ(LookupText(table.get(), "key1", 99), ModelLookupText(SmallModel(), "key1", 99));
}

}  // namespace
}  // namespace ledgerstone
