// Shrinking by itself: the lists fail for reasons that are known here.
#include "testing/list_shrinker.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "testing/operation_generator.h"

namespace ledgerstone {
namespace {

size_t Find(const OperationList& list, OperationKind kind, size_t from = 0) {
  while (from < list.size() && list[from].kind != kind) ++from;
  return from;
}

// A flush with a compaction somewhere behind it.
bool FailsByOrder(const OperationList& list) {
  const size_t flush = Find(list, OperationKind::kFlush);
  return Find(list, OperationKind::kCompact, flush) < list.size();
}

bool HasLongMerge(const OperationList& list) {
  return std::any_of(list.begin(), list.end(), [](const StoreOperation& operation) {
    return std::any_of(operation.entries.begin(), operation.entries.end(),
                       [](const OperationEntry& entry) {
                         return entry.action == EntryAction::kMerge && entry.key > 20;
                       });
  });
}

OperationList FailingList(const Fails& fails) {
  uint64_t seed = 1;
  while (!fails(GenerateOperations(seed, 400))) ++seed;
  return GenerateOperations(seed, 400);
}

TEST(ListShrinker, LeavesTheTwoOperationsThatFailTogether) {
  const OperationList left = Shrunk(FailingList(FailsByOrder), FailsByOrder);
  ASSERT_EQ(left.size(), 2u) << ListText(left);
  EXPECT_EQ(left[0].kind, OperationKind::kFlush);
  EXPECT_EQ(left[1].kind, OperationKind::kCompact);
}

TEST(ListShrinker, LeavesTheOneEntryThatFailsAndMakesItPlain) {
  const OperationList left = Shrunk(FailingList(HasLongMerge), HasLongMerge);
  ASSERT_EQ(left.size(), 1u) << ListText(left);
  ASSERT_EQ(left[0].entries.size(), 1u) << ListText(left);
  EXPECT_EQ(left[0].entries[0].action, EntryAction::kMerge);
  EXPECT_EQ(left[0].entries[0].padding, 0);
}

TEST(ListShrinker, StopsAfterSoManyAttempts) {
  size_t attempts = 0;
  const Fails fails = [&](const OperationList& list) {
    ++attempts;
    return FailsByOrder(list);
  };
  const OperationList list = FailingList(FailsByOrder);
  EXPECT_TRUE(FailsByOrder(Shrunk(list, fails, 5)));
  EXPECT_EQ(attempts, 5u);
}

TEST(OperationGenerator, GivesOneListForASeedAndAnotherForTheNext) {
  EXPECT_EQ(GenerateOperations(3, 500), GenerateOperations(3, 500));
  EXPECT_NE(GenerateOperations(3, 500), GenerateOperations(4, 500));
}

}  // namespace
}  // namespace ledgerstone
