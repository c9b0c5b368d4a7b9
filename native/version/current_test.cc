#include <gtest/gtest.h>

#include "version/version_set.h"

namespace ledgerstone {
namespace {

StoreId TestId() {
  StoreId id;
  id.fill('s');
  return id;
}

TEST(CurrentFile, NamesStoreAndManifest) {
  const std::string bytes = EncodeCurrent(TestId(), 77);
  EXPECT_EQ(bytes.size(), 60u);
  StoreId id{};
  uint64_t number = 0;
  ASSERT_TRUE(DecodeCurrent(bytes, "CURRENT", &id, &number).ok());
  EXPECT_EQ(id, TestId());
  EXPECT_EQ(number, 77u);
}

TEST(CurrentFile, IsRefusedWithAnyByteFlippedMissingOrMore) {
  const std::string bytes = EncodeCurrent(TestId(), 77);
  StoreId id{};
  uint64_t number = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x20);
    const Status damaged = DecodeCurrent(flipped, "CURRENT", &id, &number);
    EXPECT_EQ(damaged.code(), StatusCode::kCorruption) << at;
    const Status cut = DecodeCurrent(Slice(bytes).substr(0, at), "CURRENT", &id, &number);
    EXPECT_EQ(cut.code(), StatusCode::kCorruption) << at;
    EXPECT_EQ(cut.place().file, "CURRENT");
  }
  EXPECT_EQ(DecodeCurrent(bytes + "x", "CURRENT", &id, &number).code(), StatusCode::kCorruption);
}

TEST(CurrentFile, OfAnotherKindIsRefused) {
  FileHeader header;
  header.kind = FileKind::kManifest;
  std::string bytes = EncodeFileHeader(header) + std::string(12, '\0');
  StoreId id{};
  uint64_t number = 0;
  EXPECT_EQ(DecodeCurrent(bytes, "CURRENT", &id, &number).message(), "file of another kind");
}

}  // namespace
}  // namespace ledgerstone
