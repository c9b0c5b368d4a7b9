#include "ledgerstone/status.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>

namespace ledgerstone {
namespace {

TEST(StatusTest, OkHasNoDetail) {
  const Status status;
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(status.code(), StatusCode::kOk);
  EXPECT_EQ(status.ToString(), "OK");
  EXPECT_TRUE(Status(StatusCode::kOk, "not kept").message().empty());
  EXPECT_TRUE(status.WithContext("opening").ok());
}

TEST(StatusTest, CorruptionTellsWhereAndWhat) {
  const Status status =
      Status::Corruption("block checksum", {"000012.sst", 4096}, "1a2b3c4d", "00000000");
  EXPECT_EQ(status.ToString(),
            "CORRUPTION: block checksum (000012.sst, offset 4096; expected 1a2b3c4d, found "
            "00000000)");
  EXPECT_EQ(Status::Corruption("no file header", {"CURRENT"}).ToString(),
            "CORRUPTION: no file header (CURRENT)");
}

TEST(StatusTest, ErrorNumbersBecomeCodes) {
  const auto code = [](int error) { return Status::FromErrno(error, "sync", {}).code(); };
  EXPECT_EQ(code(ENOSPC), StatusCode::kNoSpace);
  EXPECT_EQ(code(EDQUOT), StatusCode::kNoSpace);
  EXPECT_EQ(code(ENOENT), StatusCode::kNotFound);
  EXPECT_EQ(code(ENOMEM), StatusCode::kNoMemory);
  EXPECT_EQ(code(EIO), StatusCode::kIoError);
  const Status status = Status::FromErrno(EIO, "sync", {"000001.wal"});
  EXPECT_EQ(status.error_number(), EIO);
  EXPECT_EQ(status.place().file, "000001.wal");
}

TEST(StatusTest, AnotherCodeKeepsPlaceAndCause) {
  const Status cause = Status::FromErrno(EIO, "sync", {"000001.wal", 8});
  const Status sticky = cause.As(StatusCode::kReadOnly, "the store is read-only");
  EXPECT_EQ(sticky.code(), StatusCode::kReadOnly);
  EXPECT_EQ(sticky.message(), "the store is read-only: " + cause.message());
  EXPECT_EQ(sticky.place().file, "000001.wal");
  EXPECT_EQ(sticky.place().offset, 8u);
  EXPECT_EQ(sticky.error_number(), EIO);
  EXPECT_EQ(cause.code(), StatusCode::kIoError);
}

TEST(StatusTest, EveryCodeHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (int code = 0; code <= static_cast<int>(StatusCode::kStaleEpoch); ++code) {
    const std::string_view name = StatusCodeName(static_cast<StatusCode>(code));
    EXPECT_NE(name, "INVALID") << code;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
  EXPECT_EQ(StatusCodeName(static_cast<StatusCode>(200)), "INVALID");
}

}  // namespace
}  // namespace ledgerstone
