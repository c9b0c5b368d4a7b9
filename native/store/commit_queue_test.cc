#include "store/commit_queue.h"

#include <gtest/gtest.h>

#include "store/namespace_table.h"

namespace ledgerstone {
namespace {

using Kind = CommitRequest::Kind;

CommitRequest Request(Kind kind, size_t bytes, Durability durability = Durability::kOs) {
  CommitRequest request;
  request.kind = kind;
  request.durability = durability;
  request.count = 1;
  request.bytes.assign(bytes, 'b');
  return request;
}

TEST(CommitQueue, GroupsOneKindWithinTheLimitAndKeepsTheOrder) {
  CommitQueue queue;
  queue.Push(Request(Kind::kWrite, 40));
  queue.Push(Request(Kind::kWrite, 60, Durability::kDisk));
  queue.Push(Request(Kind::kWrite, 1));
  queue.Push(Request(Kind::kDerived, 5));
  queue.Push(Request(Kind::kFlush, 0));
  queue.Push(Request(Kind::kFlush, 0));
  EXPECT_EQ(queue.bytes(), 106u);
  EXPECT_EQ(queue.Peek(100).bytes, 100u);
  const CommitGroup first = queue.Take(100);
  EXPECT_EQ(first.requests.size(), 2u);
  EXPECT_EQ(first.durability, Durability::kDisk);
  EXPECT_EQ(queue.Take(100).bytes, 1u);
  EXPECT_EQ(queue.Take(100).kind, Kind::kDerived);
  EXPECT_EQ(queue.Take(100).requests.size(), 1u);
  EXPECT_EQ(queue.Take(100).kind, Kind::kFlush);
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.bytes(), 0u);
}

TEST(CommitQueue, TakesOneRequestHoweverLarge) {
  CommitQueue queue;
  queue.Push(Request(Kind::kWrite, 5000));
  queue.Push(Request(Kind::kWrite, 1));
  EXPECT_EQ(queue.Take(100).requests.size(), 1u);
  EXPECT_EQ(queue.bytes(), 1u);
}

TEST(CommitQueue, RefusingWritesKeepsChangesOfNamespaces) {
  CommitQueue queue;
  queue.Push(Request(Kind::kWrite, 7));
  CommitRequest change = Request(Kind::kWrite, 9);
  change.changes_namespaces = true;
  queue.Push(std::move(change));
  queue.Push(Request(Kind::kFlush, 0));
  EXPECT_EQ(queue.TakeWrites().size(), 2u);
  EXPECT_EQ(queue.bytes(), 9u);
  EXPECT_EQ(queue.TakeAll().size(), 1u);
  EXPECT_TRUE(queue.empty());
}

TEST(NamespaceTable, GivesEachNameOneIdAndNeverTheSameIdTwice) {
  NamespaceTable table;
  NamespaceInfo info;
  bool created = false;
  ASSERT_TRUE(table.Open("a", {}, &info, &created, true).ok());
  EXPECT_TRUE(created);
  const NamespaceId first = info.id;
  ASSERT_TRUE(table.Open("a", {}, &info, &created, true).ok());
  EXPECT_FALSE(created);
  EXPECT_EQ(info.id, first);
  EXPECT_TRUE(table.Remove(first));
  EXPECT_FALSE(table.Remove(first));
  EXPECT_TRUE(table.Open("a", {}, &info, &created, false).Is(StatusCode::kReadOnly));
  ASSERT_TRUE(table.Open("a", {}, &info, &created, true).ok());
  EXPECT_GT(info.id, first);
  const std::string long_name(kNamespaceNameBytesMax + 1, 'n');
  EXPECT_TRUE(table.Open(long_name, {}, &info, &created, true).Is(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace ledgerstone
