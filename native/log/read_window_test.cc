#include "log/read_window.h"

#include <gtest/gtest.h>

#include "testing/log_builder.h"

namespace ledgerstone::log {
namespace {

constexpr char kPath[] = "file";

std::string Letters(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>('a' + i % 26);
  return bytes;
}

TEST(ReadWindow, ShowsTheSameBytesWhereverItIsMoved) {
  MemoryEnv env;
  const std::string bytes = Letters(1000);
  env.Contents(kPath) = bytes;
  std::unique_ptr<RandomAccessFile> file;
  ASSERT_TRUE(env.NewRandomAccessFile(kPath, &file).ok());
  ReadWindow window(file.get(), kPath);
  window.SetChunk(64);
  const std::pair<uint64_t, size_t> stretches[] = {{0, 10},   {50, 14},  {50, 15},   {40, 30},
                                                   {500, 1},  {499, 2},  {500, 200}, {0, 0},
                                                   {900, 10}, {0, 1000}, {990, 10}};
  for (const auto& [offset, size] : stretches) {
    const char* at = nullptr;
    ASSERT_TRUE(window.Fill(offset, size, &at).ok());
    EXPECT_EQ(Slice(at, size), Slice(bytes).substr(offset, size)) << offset;
  }
}

TEST(ReadWindow, ReadsNothingTwiceOnTheWayForward) {
  MemoryEnv env;
  env.Contents(kPath) = Letters(1000);
  std::unique_ptr<RandomAccessFile> file;
  ASSERT_TRUE(env.NewRandomAccessFile(kPath, &file).ok());
  ReadWindow window(file.get(), kPath, 900);
  window.SetChunk(64);
  for (uint64_t offset = 0; offset + 30 <= 900; offset += 10) {
    const char* at = nullptr;
    ASSERT_TRUE(window.Fill(offset, 30, &at).ok());
  }
  EXPECT_EQ(env.bytes_read(), 900u) << "and nothing behind its end";
}

}  // namespace
}  // namespace ledgerstone::log
