// Each kind of file as text for people: what a store and an event log leave on disk, whole and
// damaged.
#include <gtest/gtest.h>

#include "log/event_dump.h"
#include "testing/event_world.h"
#include "testing/store_world.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

class InspectTest : public testing::Test {
 protected:
  std::string Text(InspectKind kind, const std::string& path, bool entries = true) {
    std::string text;
    const Status status = InspectFile(&env_, kind, path, entries, &text);
    return status.ok() ? text : text + status.ToString();
  }
  // The one file with this ending.
  std::string Find(const std::string& ending) {
    for (const std::string& path : env_.ListImages()) {
      if (path.ends_with(ending)) return path;
    }
    return "";
  }
  static void ExpectIn(const std::string& text, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) {
      EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
    }
  }

  SimulatedEnv env_;
};

TEST_F(InspectTest, ShowsTheRecordsOfALogAndWhatIsBehindThem) {
  StoreWorld world(&env_);
  ASSERT_TRUE(world.Open().ok());
  const NamespaceId id = world.Open("a");
  WriteBatch batch;
  batch.Put(id, "key", "value");
  batch.Delete(id, "gone");
  batch.Put(id, "long", std::string(100, 'x'));
  ASSERT_TRUE(world.Write(batch).ok());
  world.Kill();
  env_.Restore(env_.Snapshot());
  const std::string path = Find(".wal");
  const std::string text = Text(InspectKind::kLog, path);
  ExpectIn(text, {"kind W", " opening, ", " batch, ", "'key' @", "put = 'value'", "'gone' @",
                  "delete\n", " … 100 bytes", "good to "});
  EXPECT_EQ(Text(InspectKind::kLog, path, false).find("'key'"), std::string::npos);
  const std::string whole = *env_.ReadImage(path);
  const std::string content = whole.substr(0, whole.find_last_not_of('\0') + 1);
  std::string two = content;
  two[content.find("value")] ^= 1;
  env_.WriteImage(path, two);
  ExpectIn(Text(InspectKind::kLog, path), {"; then: record payload checksum"});
  env_.WriteImage(path, content + std::string(4096 - content.size() % 8, '\0'));
  ExpectIn(Text(InspectKind::kLog, path), {"; then: zeros, prepared for writing"});
}

TEST_F(InspectTest, ShowsManifestTableAndCurrent) {
  StoreWorld world(&env_);
  ASSERT_TRUE(world.Open().ok());
  const NamespaceId id = world.Open("a");
  ASSERT_TRUE(world.Put(id, "key", "value").ok());
  ASSERT_TRUE(world.Flush().ok());
  ASSERT_TRUE(world.Close().ok());
  ExpectIn(Text(InspectKind::kCurrent, StoreWorld::PathOf("CURRENT")), {"kind C", "manifest 0"});
  ExpectIn(Text(InspectKind::kManifest, Find(".manifest")),
           {"kind M", " edit, ", "create namespace 1 'a'", "add namespace 1 L0 ", " promise, "});
  const std::string table = Find(".sst");
  ExpectIn(Text(InspectKind::kTable, table), {"kind T", "'key' @"});
  EXPECT_EQ(Text(InspectKind::kTable, table, false).find("'key' @1 put = "), std::string::npos);
  env_.CorruptByte(table, env_.ReadImage(table)->size() - 3, 1);
  ExpectIn(Text(InspectKind::kTable, table), {"CORRUPTION: table footer checksum"});
}

TEST_F(InspectTest, ShowsSegmentIndexAndCatalogOfAnEventLog) {
  EventWorld world(&env_);
  ASSERT_TRUE(world.Open().ok());
  ASSERT_TRUE(world.Append({"first", std::string(100, 'y')}).status.ok());
  ASSERT_TRUE(world.Append({"third"}).status.ok());
  ASSERT_TRUE(world.Roll().status.ok());
  ASSERT_TRUE(world.Close().ok());
  const std::string events = Find("1.evt");
  ExpectIn(Text(InspectKind::kEvents, events), {"kind E", " events, ", "    epoch ", "1: 'first'",
                                                " … 100 bytes", "3: 'third'", " closing, "});
  EXPECT_EQ(Text(InspectKind::kEvents, events, false).find("'first'"), std::string::npos);
  const std::string index = Find("1.idx");
  ExpectIn(Text(InspectKind::kEventIndex, index),
           {"events 1 to 2", "events 3 to 3", "2 entries, 0 of them bad; 0 bytes behind"});
  EXPECT_EQ(Text(InspectKind::kEventIndex, index, false).find("events 1"), std::string::npos);
  env_.CorruptByte(index, kFileHeaderSize + 1, 1);
  ExpectIn(Text(InspectKind::kEventIndex, index, false),
           {"checksum does not hold", "2 entries, 1 of them bad"});
  ExpectIn(Text(InspectKind::kEventIndex, events), {"this is no index of an event segment"});
  ExpectIn(Text(InspectKind::kEventCatalog, Find("CATALOG")), {"segment"});
}

TEST_F(InspectTest, ShowsAnEventsPayloadThatIsNone) {
  std::string text;
  log::RecordHeader record;
  record.entry_count = 1;
  log::AppendEventsText("short", record, true, &text);
  EXPECT_EQ(text, "    (no events payload)\n");
  text.clear();
  log::AppendEventsText(std::string(log::kEventsHeaderSize, '\0') + "\x7f", record, true, &text);
  ExpectIn(text, {"    (not whole events)\n"});
}

TEST_F(InspectTest, TellsWhatIsWrongWithAFile) {
  const InspectKind kinds[] = {InspectKind::kLog,         InspectKind::kTable,
                               InspectKind::kManifest,    InspectKind::kCurrent,
                               InspectKind::kEvents,      InspectKind::kEventIndex,
                               InspectKind::kEventCatalog};
  StoreWorld world(&env_);
  ASSERT_TRUE(world.Open().ok());
  ASSERT_TRUE(world.Close().ok());
  env_.WriteImage("short", "x");
  std::string header = env_.ReadImage(StoreWorld::PathOf("CURRENT"))->substr(0, kFileHeaderSize);
  env_.WriteImage("header", header);
  for (const InspectKind kind : kinds) {
    std::string text;
    EXPECT_TRUE(InspectFile(&env_, kind, "missing", true, &text).Is(StatusCode::kNotFound));
    EXPECT_TRUE(InspectFile(&env_, kind, "short", true, &text).Is(StatusCode::kCorruption));
    const bool bare_log =
        kind == InspectKind::kLog || kind == InspectKind::kManifest || kind == InspectKind::kEvents;
    EXPECT_EQ(InspectFile(&env_, kind, "header", true, &text).ok(), bare_log);
  }
  for (int operation = 0; operation < 4; ++operation) {
    for (const auto& [kind, path] : {std::pair(InspectKind::kLog, Find(".wal")),
                                     {InspectKind::kManifest, Find(".manifest")},
                                     {InspectKind::kCurrent, StoreWorld::PathOf("CURRENT")}}) {
      env_.SetFaultPlan(FaultPlan(Fault::ErrorAt(static_cast<uint64_t>(operation))));
      std::string text;
      const Status status = InspectFile(&env_, kind, path, true, &text);
      EXPECT_EQ(status.Is(StatusCode::kIoError), env_.faults_fired() == 1) << status.ToString();
    }
  }
}

}  // namespace
}  // namespace ledgerstone
