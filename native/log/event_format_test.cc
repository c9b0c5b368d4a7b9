// Bytes of an event log: the worked example of docs/format/event-log.md, index entries, digests,
// the catalog.
#include "log/event_format.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/coding.h"
#include "base/crc32c.h"
#include "base/text.h"
#include "log/event_catalog.h"
#include "log/segment_index.h"
#include "testing/log_builder.h"

namespace ledgerstone::log {
namespace {

constexpr uint64_t kTime = 1'700'000'000'000'000;

// The segment of the example: two events at 2023-11-14 22:13:20, epoch 3; then a fence to epoch 4.
std::string ExampleSegment(IndexEntry* entry) {
  MemoryEnv env;
  std::unique_ptr<Writer> writer;
  EXPECT_TRUE(
      Writer::Create(&env, "000001.evt", {FileKind::kEventLog, TestStoreId(), 1}, {}, &writer)
          .ok());
  entry->position = 1;
  entry->time_micros = kTime;
  entry->offset = writer->size();
  entry->count = 2;
  char header[kEventsHeaderSize];
  EncodeEventsHeader({3, kTime}, header);
  std::string events;
  PutLengthPrefixed(&events, "open");
  PutLengthPrefixed(&events, "paid");
  const Slice pieces[] = {Slice(header, sizeof header), events};
  entry->length = static_cast<uint32_t>(sizeof header + events.size());
  EXPECT_TRUE(writer->Append({RecordType::kEvents, 1, 2}, pieces).ok());
  entry->payload_checksum = writer->payload_checksum();
  EXPECT_TRUE(writer->Sync().ok());
  EncodeEventsHeader({4, kTime + 1}, header);
  EXPECT_TRUE(writer->Append({RecordType::kEvents, 0, 0}, std::span(pieces, 1)).ok());
  EXPECT_TRUE(writer->Sync().ok());
  EXPECT_TRUE(writer->Close().ok());
  return env.Contents("000001.evt");
}

Catalog ExampleCatalog() {
  Catalog catalog;
  catalog.log_id = TestStoreId();
  catalog.newest = 2;
  CatalogSegment segment;
  segment.directory = "/archive";
  segment.records = 1;
  segment.first = 1;
  segment.last = 2;
  segment.first_time = segment.last_time = kTime;
  segment.epoch = 4;
  segment.size = 328;
  segment.chain = 0x11111111;
  segment.closing_checksum = 0x22222222;
  segment.digest.fill('\x33');
  catalog.segments.push_back(segment);
  return catalog;
}

// Lines of eight bytes, the first numbered `from`.
std::string HexDump(Slice bytes, size_t from = 0) {
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += 8) {
    char offset[24];
    std::snprintf(offset, sizeof offset, "%4zu ", from + at);
    text += offset;
    for (const char byte : bytes.substr(at, 8)) text += " " + HexBytes(Slice(&byte, 1));
    text += "\n";
  }
  return text;
}

// Block `index` of the page's ```hexdump blocks, without the comments behind two spaces and '|'.
std::string HexDumpOfPage(size_t index) {
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  std::ifstream file(root / "docs" / "format" / "event-log.md");
  std::stringstream page;
  page << file.rdbuf();
  const std::string text = page.str();
  const std::string fence = "```hexdump\n";
  size_t begin = 0;
  for (size_t i = 0; i <= index; ++i) {
    begin = text.find(fence, begin);
    if (begin == std::string::npos) return "no such block";
    begin += fence.size();
  }
  std::stringstream lines(text.substr(begin, text.find("```", begin) - begin));
  std::string line;
  std::string dump;
  while (std::getline(lines, line)) dump += line.substr(0, line.find("  |")) + "\n";
  return dump;
}

TEST(EventFormat, TheWorkedExamplesAreWhatIsWritten) {
  IndexEntry entry;
  const std::string segment = ExampleSegment(&entry);
  const size_t opened = kFileHeaderSize + kClosingRecordSize;
  EXPECT_EQ(HexDumpOfPage(0), HexDump(Slice(segment).substr(opened), opened));
  EXPECT_EQ(HexDumpOfPage(1), HexDump(EncodeIndex(TestStoreId(), 1, {entry})));
  EXPECT_EQ(HexDumpOfPage(2), HexDump(EncodeCatalog(ExampleCatalog())));
}

TEST(EventFormat, FileNamesAreReadBack) {
  uint64_t number = 0;
  EXPECT_EQ(EventSegmentName(7), "000007.evt");
  EXPECT_EQ(EventIndexName(1'234'567), "1234567.idx");
  EXPECT_EQ(ParseEventFileName("000007.evt", &number), EventFile::kSegment);
  EXPECT_EQ(number, 7u);
  EXPECT_EQ(ParseEventFileName("1234567.idx", &number), EventFile::kIndex);
  EXPECT_EQ(number, 1'234'567u);
  EXPECT_EQ(ParseEventFileName("CATALOG", &number), EventFile::kCatalog);
  EXPECT_EQ(ParseEventFileName("LOCK", &number), EventFile::kLock);
  for (const char* name : {"CATALOG.tmp", "000007.evt.tmp", "000007.idx.tmp"}) {
    EXPECT_EQ(ParseEventFileName(name, &number), EventFile::kTemporary) << name;
  }
  for (const char* name :
       {"000000.evt", "000000.idx", "7.evt", "0000007.evt", "000007.sst", "000007", "x.tmp",
        "LOCK.tmp", "99999999999999999999.evt", "", ".tmp", "00000a.evt"}) {
    EXPECT_EQ(ParseEventFileName(name, &number), EventFile::kOther) << name;
    EXPECT_EQ(number, 0u);
  }
}

TEST(EventFormat, EventsSplitExactlyOrNotAtAll) {
  std::string bytes;
  PutLengthPrefixed(&bytes, "abc");
  PutLengthPrefixed(&bytes, "");
  PutLengthPrefixed(&bytes, std::string(200, 'x'));
  std::vector<Slice> events;
  ASSERT_TRUE(SplitEvents(bytes, 3, &events));
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0], "abc");
  EXPECT_EQ(events[1], "");
  EXPECT_EQ(events[2].size(), 200u);
  EXPECT_FALSE(SplitEvents(bytes, 2, nullptr));
  EXPECT_FALSE(SplitEvents(bytes, 4, nullptr));
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(SplitEvents(Slice(bytes).substr(0, size), 3, nullptr)) << size;
  }
  EXPECT_TRUE(SplitEvents("", 0, nullptr));
  EXPECT_FALSE(SplitEvents("x", 0, nullptr));
  EXPECT_FALSE(SplitEvents("\xff\xff\xff\xff\x0f", 1, nullptr)) << "a length beyond the bytes";
}

TEST(EventFormat, AnIndexEntryHoldsAtItsPlaceOnly) {
  IndexEntry entry{10, 20, 30, 40, 50, 60};
  std::string bytes;
  AppendIndexEntry(1, 5, entry, &bytes);
  ASSERT_EQ(bytes.size(), kIndexEntrySize);
  IndexEntry read;
  ASSERT_TRUE(DecodeIndexEntry(1, 5, bytes.data(), &read));
  EXPECT_EQ(read, entry);
  EXPECT_FALSE(DecodeIndexEntry(1, 6, bytes.data(), &read));
  EXPECT_FALSE(DecodeIndexEntry(2, 5, bytes.data(), &read));
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
    EXPECT_FALSE(DecodeIndexEntry(1, 5, bytes.data(), &read)) << i;
    bytes[i] = static_cast<char>(bytes[i] ^ 1);
  }
}

TEST(EventFormat, TheCatalogIsReadBackAsItWasWritten) {
  Catalog catalog = ExampleCatalog();
  catalog.newest = 3;
  catalog.clean_close = SegmentEnd{3, 17, 400, 0xabcd, 0};
  CatalogSegment live;
  live.first = 0;
  live.last = 2;
  live.size = 192;
  catalog.segments.push_back(live);
  Catalog read;
  const Status status = DecodeCatalog(EncodeCatalog(catalog), &read);
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(read.log_id, catalog.log_id);
  EXPECT_EQ(read.newest, 3u);
  EXPECT_EQ(read.clean_close, catalog.clean_close);
  EXPECT_EQ(read.segments, catalog.segments);
}

TEST(EventFormat, ACatalogThatCannotBeIsCorruption) {
  const auto code = [](const Catalog& catalog) {
    Catalog read;
    return DecodeCatalog(EncodeCatalog(catalog), &read).code();
  };
  Catalog archived_behind_live = ExampleCatalog();
  archived_behind_live.segments.insert(archived_behind_live.segments.begin(),
                                       archived_behind_live.segments.front());
  archived_behind_live.segments.front().directory.clear();
  EXPECT_EQ(code(archived_behind_live), StatusCode::kCorruption);
  Catalog newest_too_low = ExampleCatalog();
  newest_too_low.newest = 0;
  EXPECT_EQ(code(newest_too_low), StatusCode::kCorruption);
  Catalog too_small = ExampleCatalog();
  too_small.segments.front().size = 100;
  EXPECT_EQ(code(too_small), StatusCode::kCorruption);
}

// With a right checksum, whatever the body says: refused, or a catalog that can be written again.
TEST(EventFormat, ACatalogIsRefusedOrReadAsItIsWritten) {
  const std::string whole = EncodeCatalog(ExampleCatalog());
  const Slice body = Slice(whole).substr(kFileHeaderSize, whole.size() - kFileHeaderSize - 4);
  int refused = 0;
  const auto read = [&](const std::string& changed) {
    std::string bytes = whole.substr(0, kFileHeaderSize) + changed;
    const uint32_t seed = Crc32cSeed(FileSeed(ExampleCatalog().log_id, 0), kFileHeaderSize);
    PutFixed32(&bytes, Crc32cExtend(seed, changed));
    Catalog catalog, again;
    const Status status = DecodeCatalog(bytes, &catalog);
    EXPECT_TRUE(status.ok() || status.Is(StatusCode::kCorruption)) << status.ToString();
    if (status.ok()) {
      EXPECT_TRUE(DecodeCatalog(EncodeCatalog(catalog), &again).ok());
      EXPECT_EQ(CatalogText(again), CatalogText(catalog));
    }
    refused += status.ok() ? 0 : 1;
    return status.ok();
  };
  EXPECT_TRUE(read(std::string(body)));
  for (size_t size = 0; size < body.size(); ++size) {
    EXPECT_FALSE(read(std::string(body.substr(0, size)))) << size;
  }
  EXPECT_FALSE(read(std::string(body) + "x"));
  refused = 0;
  for (size_t at = 0; at < body.size(); ++at) {
    for (const char value : {'\0', '\1', '\2', '\xff'}) {
      std::string changed(body);
      changed[at] = value;
      read(changed);
    }
  }
  EXPECT_GT(refused, 20);
}

TEST(EventFormat, AnIndexFindsPositionsAndTimesOnDiskAndInMemory) {
  MemoryEnv env;
  std::vector<IndexEntry> entries;
  uint64_t position = 1;
  for (uint64_t i = 0; i < 1'000; ++i) {
    const auto count = static_cast<uint32_t>(1 + i % 4);
    entries.push_back({position, 1'000 + i / 3 * 10, 120 + i * 64, 24, 0, count});
    position += count;
  }
  env.Contents("1.idx") = EncodeIndex(TestStoreId(), 1, entries);
  std::unique_ptr<SegmentIndex> on_disk;
  ASSERT_TRUE(SegmentIndex::Open(&env, "1.idx", "1.idx", TestStoreId(), 1, 1'000, &on_disk).ok());
  const SegmentIndex in_memory(entries);
  const SegmentIndex* const both[] = {on_disk.get(), &in_memory};
  for (const SegmentIndex* index : both) {
    IndexEntry found;
    for (const IndexEntry& entry : entries) {
      ASSERT_TRUE(index->FindPosition(entry.position, &found).ok());
      ASSERT_EQ(found, entry);
      ASSERT_TRUE(index->FindPosition(entry.last(), &found).ok());
      ASSERT_EQ(found, entry);
    }
    for (uint64_t time = 990; time <= 1'000 + 999 / 3 * 10; ++time) {
      ASSERT_TRUE(index->FindTime(time, &found).ok());
      const auto first = std::find_if(entries.begin(), entries.end(),
                                      [&](const auto& entry) { return entry.time_micros >= time; });
      ASSERT_EQ(found, *first) << time;
    }
    EXPECT_EQ(index->FindTime(10'000, &found).code(), StatusCode::kCorruption);
    EXPECT_EQ(index->FindPosition(position, &found).code(), StatusCode::kCorruption);
  }
}

}  // namespace
}  // namespace ledgerstone::log
