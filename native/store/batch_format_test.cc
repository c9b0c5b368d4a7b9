#include "store/batch_format.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/text.h"
#include "ledgerstone/write_batch.h"

namespace ledgerstone {
namespace {

std::string SampleBatch() {
  WriteBatch batch;
  batch.Put(1, "key", "value");
  batch.Delete(300, "gone");
  batch.Put(2, "empty", "");
  return batch.bytes();
}

size_t CountWhole(Slice bytes, bool* whole) {
  BatchReader reader(bytes);
  BatchEntry entry;
  size_t count = 0;
  while (reader.Next(&entry)) ++count;
  *whole = reader.whole();
  return count;
}

TEST(BatchFormat, ReadsBackWhatWasWritten) {
  const std::string bytes = SampleBatch();
  BatchReader reader(bytes);
  BatchEntry entry;
  ASSERT_TRUE(reader.Next(&entry));
  EXPECT_EQ(entry.kind, EntryKind::kPut);
  EXPECT_EQ(entry.namespace_id, 1u);
  EXPECT_EQ(entry.key, "key");
  EXPECT_EQ(entry.value, "value");
  ASSERT_TRUE(reader.Next(&entry));
  EXPECT_EQ(entry.kind, EntryKind::kDelete);
  EXPECT_EQ(entry.namespace_id, 300u);
  EXPECT_EQ(entry.key, "gone");
  ASSERT_TRUE(reader.Next(&entry));
  EXPECT_EQ(entry.value, "");
  EXPECT_FALSE(reader.Next(&entry));
  EXPECT_TRUE(reader.whole());
}

TEST(BatchFormat, ATruncatedBatchIsWholeOnlyBetweenEntries) {
  const std::string bytes = SampleBatch();
  size_t whole_lengths = 0;
  for (size_t length = 0; length <= bytes.size(); ++length) {
    const std::string copy = bytes.substr(0, length);
    bool whole = false;
    EXPECT_LE(CountWhole(copy, &whole), 3u);
    whole_lengths += whole ? 1 : 0;
  }
  EXPECT_EQ(whole_lengths, 4u);
}

TEST(BatchFormat, AFlippedByteNeverReadsPastTheEnd) {
  const std::string bytes = SampleBatch();
  for (size_t offset = 0; offset < bytes.size(); ++offset) {
    for (int mask = 1; mask < 256; mask <<= 1) {
      const auto copy = std::make_unique<char[]>(bytes.size());
      bytes.copy(copy.get(), bytes.size());
      copy[offset] = static_cast<char>(copy[offset] ^ mask);
      bool whole = false;
      EXPECT_LE(CountWhole(Slice(copy.get(), bytes.size()), &whole), bytes.size() / 3);
    }
  }
}

// Where batches begin: "0 9*" says an entry at 0, and a batch's first one at 9.
std::string Starts(Slice bytes) {
  BatchReader reader(bytes);
  std::string text;
  for (BatchEntry entry; reader.Next(&entry);) {
    text += (text.empty() ? "" : " ") + std::to_string(reader.position());
    if (reader.begins_batch()) text += "*";
  }
  return reader.whole() ? text : text + " broken";
}

TEST(BatchFormat, ABoundaryStandsBetweenTwoEntriesAndNowhereElse) {
  WriteBatch batch;
  batch.Put(1, "k", "v");
  const std::string one = batch.bytes();
  const std::string boundary(1, kBatchBoundaryByte);
  EXPECT_EQ(Starts(one + boundary + one + one + boundary + one), "0 7* 13 20*");
  EXPECT_EQ(Starts(boundary + one), " broken");
  EXPECT_EQ(Starts(one + boundary), "0 broken");
  EXPECT_EQ(Starts(one + boundary + boundary + one), "0 broken");
}

TEST(BatchFormat, TwoBatchesAreTheBytesThatTheLogPageShows) {
  WriteBatch put;
  put.Put(1, "k", "v");
  WriteBatch del;
  del.Delete(1, "k");
  const std::string bytes = put.bytes() + kBatchBoundaryByte + del.bytes();
  EXPECT_EQ(HexBytes(bytes), HexBytes("\x01\x01\x01k\x01v\x12" + std::string("\0\x01\x01k", 4)));
}

TEST(BatchFormat, RefusesKindsThatNoBatchHolds) {
  for (int kind = 0; kind < 256; ++kind) {
    std::string bytes = SampleBatch();
    bytes[0] = static_cast<char>(kind);
    bool whole = false;
    const size_t count = CountWhole(bytes, &whole);
    const bool known = kind <= 4 || kind == 16 || kind == 17;
    EXPECT_TRUE(known || (count == 0 && !whole)) << kind;
  }
}

TEST(BatchFormat, StopsForGoodAtWhatNoBatchHolds) {
  const std::string good = SampleBatch();
  const std::string cut = good.substr(0, good.size() - 1);
  for (const std::string& bytes : {good + "\x63", good + "\x63" + good, cut}) {
    BatchReader reader(bytes);
    BatchEntry entry;
    int entries = 0;
    while (reader.Next(&entry)) ++entries;
    EXPECT_EQ(entries, bytes == cut ? 2 : 3);
    EXPECT_FALSE(reader.Next(&entry));
    EXPECT_FALSE(reader.whole());
  }
}

}  // namespace
}  // namespace ledgerstone
