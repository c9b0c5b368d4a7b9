#include "base/merge_operator.h"

#include <gtest/gtest.h>

namespace ledgerstone {
namespace {

using enum MergeOperator;

// Big-endian with the sign bit flipped.
std::string Number(int64_t number, size_t size = 8) {
  std::string bytes(size, number < 0 ? '\xff' : '\0');
  for (size_t i = 0; i < 8; ++i) {
    bytes[size - 1 - i] = static_cast<char>(static_cast<uint64_t>(number) >> (8 * i));
  }
  bytes[0] = static_cast<char>(bytes[0] ^ 0x80);
  return bytes;
}

std::string Merged(MergeOperator merge, std::optional<Slice> base, std::vector<Slice> operands) {
  std::string result;
  const Status status = MergeOnto(merge, base, operands, &result);
  if (status.ok()) return result;
  EXPECT_TRUE(status.Is(StatusCode::kMergeFailed)) << status.ToString();
  return status.message();
}

TEST(MergeOperator, AddsNumbersOfBothSizes) {
  for (const auto& [merge, size] : {std::pair(kAddI64, size_t{8}), {kAddI128, size_t{16}}}) {
    const std::string five = Number(5, size), minus_seven = Number(-7, size);
    EXPECT_EQ(Merged(merge, five, {minus_seven, minus_seven}), Number(-9, size));
    EXPECT_EQ(Merged(merge, std::nullopt, {five, five}), Number(10, size));
    EXPECT_LT(minus_seven, five) << "bytes sort as numbers do";
  }
}

TEST(MergeOperator, InventsNothingWhenASumOverflowsOrANumberHasAnotherSize) {
  const std::string most = Number(INT64_MAX), one = Number(1);
  EXPECT_EQ(Merged(kAddI64, most, {one}), "add-i64: the sum overflows");
  EXPECT_EQ(Merged(kAddI64, Number(INT64_MIN), {Number(-1)}), "add-i64: the sum overflows");
  EXPECT_EQ(Merged(kAddI128, std::string(16, '\xff'), {Number(1, 16)}),
            "add-i128: the sum overflows");
  EXPECT_EQ(Merged(kAddI64, "short", {one}), "add-i64: a number has 8 bytes, not 5 and 8");
  EXPECT_EQ(Merged(kAddI64, one, {"short"}), "add-i64: a number has 8 bytes, not 8 and 5");
  EXPECT_EQ(Merged(kAddI128, one, {Number(1, 16)}),
            "add-i128: a number has 16 bytes, not 8 and 16");
  EXPECT_EQ(Merged(kAddI128, Number(1, 16), {one}),
            "add-i128: a number has 16 bytes, not 16 and 8");
}

TEST(MergeOperator, AppendsAndKeepsTheGreaterOrSmaller) {
  EXPECT_EQ(Merged(kAppend, "a", {"", "bc"}), "abc");
  EXPECT_EQ(Merged(kAppend, std::nullopt, {"a", "b"}), "ab");
  EXPECT_EQ(Merged(kMax, "b", {"a", "c"}), "c");
  EXPECT_EQ(Merged(kMin, "b", {"c", "a"}), "a");
  EXPECT_EQ(Merged(kMin, "b", {}), "b");
}

TEST(MergeOperator, PatchesJson) {
  EXPECT_EQ(Merged(kJsonMergePatch, R"({"a":1})", {R"({"a":null})", R"({"b":2})"}), R"({"b":2})");
  EXPECT_EQ(Merged(kJsonMergePatch, std::nullopt, {R"({"a":null,"b":2})"}), R"({"b":2})");
  EXPECT_EQ(Merged(kJsonMergePatch, "{", {"{}"}), "json-merge-patch: the value is not JSON");
  EXPECT_EQ(Merged(kJsonMergePatch, std::nullopt, {"{"}),
            "json-merge-patch: the patch is not JSON");
}

TEST(MergeOperator, MakesNoValueOverTheLimit) {
  const Slice large("never read", kValueBytesMax);
  EXPECT_EQ(Merged(kAppend, "x", {large}), "append: the value grows too large");
}

TEST(MergeOperator, OfANamespaceWithoutOneFails) {
  EXPECT_EQ(Merged(kNone, "a", {"b"}), "none: the namespace has no merge operator");
  EXPECT_TRUE(CheckOperand(kNone, "b").Is(StatusCode::kInvalidArgument));
}

TEST(MergeOperator, ChecksOperandsBeforeTheyAreWritten) {
  EXPECT_TRUE(CheckOperand(kAddI64, Number(1)).ok());
  EXPECT_TRUE(CheckOperand(kAddI64, "short").Is(StatusCode::kInvalidArgument));
  EXPECT_TRUE(CheckOperand(kAddI128, Number(1, 16)).ok());
  EXPECT_TRUE(CheckOperand(kAddI128, Number(1)).Is(StatusCode::kInvalidArgument));
  EXPECT_TRUE(CheckOperand(kJsonMergePatch, "[1]").ok());
  EXPECT_TRUE(CheckOperand(kJsonMergePatch, "[1").Is(StatusCode::kInvalidArgument));
  for (const MergeOperator any : {kAppend, kMax, kMin}) EXPECT_TRUE(CheckOperand(any, "").ok());
}

TEST(MergeOperator, CombinesOperandsWhereOneCanStandForTwo) {
  std::string combined;
  ASSERT_TRUE(CombineOperands(kAddI64, Number(2), Number(3), &combined).ok());
  EXPECT_EQ(combined, Number(5));
  EXPECT_TRUE(
      CombineOperands(kJsonMergePatch, "{}", "{}", &combined).Is(StatusCode::kNotSupported));
}

TEST(MergeOperator, HasANameForEach) {
  std::string names;
  for (int i = 0; i <= 7; ++i) {
    names += std::string(MergeOperatorName(static_cast<MergeOperator>(i))) + " ";
  }
  EXPECT_EQ(names, "none add-i64 add-i128 append max min json-merge-patch unknown ");
}

}  // namespace
}  // namespace ledgerstone
