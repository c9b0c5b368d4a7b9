#include "sstable/table_index.h"

#include <gtest/gtest.h>

#include "sstable/block_builder.h"
#include "testing/seed.h"
#include "testing/table_world.h"

namespace ledgerstone {
namespace {

// One data block of ten bytes per separator.
std::string BuildIndex(const TableModel& separators, uint64_t* data_end) {
  BlockBuilder builder(1, false);
  *data_end = kFileHeaderSize;
  for (const auto& [separator, unused] : separators) {
    std::string handle;
    PutBlockHandle(&handle, {*data_end, 10});
    builder.Add(separator, 0, handle);
    *data_end += 10 + kBlockTrailerSize;
  }
  return std::string(builder.Finish());
}

void CheckFinds(const TableIndex& index, const TableModel& separators, const TableModel& targets) {
  for (const auto& [target, unused] : targets) {
    const auto expected = std::distance(separators.begin(), separators.lower_bound(target));
    ASSERT_EQ(index.Find(UserKeyOf(target), TrailerOf(target)), static_cast<size_t>(expected))
        << InternalKeyText(target);
  }
}

TEST(TableIndex, FindsWhatASortedMapFinds) {
  const uint64_t seed = PrintedSeed(99);
  for (uint64_t round = 0; round < 200; ++round) {
    Random random(seed + round);
    TableModel separators = RandomTableModel(&random, 1 + random.Below(200));
    TableModel targets = RandomTableModel(&random, 200);
    if (random.OneIn(2)) {
      const std::string prefix = "all keys begin with this/" + std::string(random.Below(3), '\0');
      TableModel prefixed;
      for (const auto& [key, value] : separators) prefixed[prefix + key] = value;
      for (const auto& [key, value] : separators) targets[prefix + key] = value;
      for (const size_t size : {1u, 10u, 25u}) targets[InternalKey(prefix.substr(0, size), 5)] = "";
      separators = prefixed;
    }
    targets.insert(separators.begin(), separators.end());
    uint64_t data_end = 0;
    const std::string contents = BuildIndex(separators, &data_end);
    TableIndex index;
    ASSERT_TRUE(index.Parse(contents, {"x", 0}, data_end).ok());
    ASSERT_EQ(index.size(), separators.size());
    CheckFinds(index, separators, targets);
    if (HasFatalFailure()) FAIL() << "round " << round;
  }
}

TEST(TableIndex, RefusesBlocksThatDoNotFillTheFile) {
  TableModel separators;
  for (const char* key : {"a", "b", "c"}) separators[InternalKey(key, 1)] = "";
  uint64_t data_end = 0;
  const std::string contents = BuildIndex(separators, &data_end);
  TableIndex index;
  EXPECT_TRUE(index.Parse(contents, {"x", 0}, data_end).ok());
  for (const uint64_t wrong : {data_end - 1, data_end + 1, uint64_t{0}}) {
    TableIndex other;
    EXPECT_TRUE(other.Parse(contents, {"x", 0}, wrong).Is(StatusCode::kCorruption));
  }
  for (size_t size = 0; size < contents.size(); ++size) {
    TableIndex other;
    const Status status = other.Parse(Slice(contents).substr(0, size), {"x", 0}, data_end);
    EXPECT_TRUE(status.Is(StatusCode::kCorruption)) << size;
  }
}

}  // namespace
}  // namespace ledgerstone
