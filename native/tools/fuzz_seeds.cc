// ledgerstone_fuzz_seeds: inputs that fuzz targets start from, as the engine itself writes such
// bytes. A line each: the target, a space, the input in hexadecimal.
#include <cstdio>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/namespace_options.h"
#include "base/text.h"
#include "ledgerstone/read_set.h"
#include "ledgerstone/write_batch.h"
#include "log/event_catalog.h"
#include "sstable/block_builder.h"
#include "sstable/properties.h"
#include "testing/edit_builder.h"
#include "testing/log_builder.h"
#include "testing/table_world.h"

namespace ledgerstone {
namespace {

void Seed(const char* target, const std::string& input) {
  std::printf("%s %s\n", target, HexBytes(input).c_str());
}

// A size that a target reads as one byte, or two, and the bytes.
std::string Sized(const std::string& bytes) {
  return std::string(1, static_cast<char>(bytes.size())) + bytes;
}

std::string Sized16(const std::string& bytes) {
  return std::string(1, static_cast<char>(bytes.size() >> 8)) + Sized(bytes);
}

std::string Batch() {
  WriteBatch batch;
  batch.Put(1, "key", "value");
  batch.Delete(1, "key");
  batch.PutExpiring(1, "gone", "soon", 1'700'000'000'001);
  batch.Merge(2, "count", std::string(8, '\x80'));
  batch.DeleteRange(1, "a", "l");
  return batch.bytes();
}

void SeedBatches() {
  Seed("batch", Batch());
  Seed("batch", Batch() + std::string(1, '\x12') + Batch());
  Seed("log_replay", std::string(1, '\0') + Sized(Batch()));
  Seed("log_records", std::string("\x05\x03", 2) + Sized(Batch()) + "\x02");
  ReadSet reads;
  reads.AddKey(1, "key");
  reads.AddRange(2, {"a", true, true}, {"b", false, true});
  Seed("handed_over", std::string(1, '\0') + reads.bytes());
  Seed("handed_over", std::string("\x01\x02\x01"
                                  "a\x02"
                                  "bc",
                                  7));
  Seed("handed_over", "\x02" + Sized(R"({"a":[1,-2.5e3],"b":{"c":"\u00e9"}})") +
                          R"({"a":null,"b":{"c":[true],"d":{}}})");
}

void SeedEdits() {
  const std::string full = FullEdit().Encode();
  Seed("version_edit", full);
  VersionEdit first;
  first.next_file_number = 12;
  first.created_namespaces = {MakeNamespace(1, "plain"), MakeNamespace(2, "rates")};
  first.new_tables.push_back({1, 0, MakeMeta(5, "a", "k")});
  first.new_tables.push_back({1, 0, MakeMeta(6, "l", "z")});
  first.range_deletes.push_back({2, {"b", "c", 7}});
  VersionEdit second;
  second.deleted_tables.push_back({1, 0, 5});
  second.new_tables.push_back({1, 1, MakeMeta(5, "a", "k")});
  second.ended_range_deletes.push_back({2, 7});
  second.dropped_namespaces.push_back(2);
  Seed("manifest", Sized(first.Encode()) + Sized(second.Encode()));
  Seed("small_files", "\x02" + std::string(24, '\x01') +
                          std::string(1, static_cast<char>(full.size())) + std::string(3, '\0') +
                          full);
  Seed("small_files", "\x03" + EncodeNamespaceOptions(FullEdit().created_namespaces[0].options));
  Seed("small_files", "\x01" + std::string(8, '\x01'));
}

std::string Block(bool hash_index) {
  BlockBuilder builder(2, hash_index);
  for (const char* key : {"account", "accounts", "accrue", "b", "bb"}) {
    builder.Add(InternalKey(key, 9), Hash64(key), std::string("value of ") + key);
  }
  return std::string(builder.Finish());
}

void SeedTables() {
  for (const bool hash_index : {false, true}) {
    Seed("block",
         "\x06"
         "account" +
             Block(hash_index));
    Seed("table_parts", std::string(2, '\0') + Sized16("b") + Sized16("") + Sized16("") +
                            Sized16("") + std::string(1, '\0') + Sized16(Block(hash_index)));
  }
  TableProperties properties;
  properties.info.smallest = properties.info.largest = InternalKey("b", 9);
  const std::string filter = std::string(64, '\xff') + "\x06";
  Seed("table_parts", std::string("\x1e\0", 2) + Sized16("b") + Sized16("") +
                          Sized16(EncodeProperties(properties)) + Sized16(filter));
  for (char table = 0; table < 16; ++table) Seed("table_damage", {table});
}

void SeedLogs() {
  log::LogBuilder builder{StoreId{}};
  builder.Create(1);
  builder.Append(Batch());
  (void)builder.Finish();
  Seed("log_scan", builder.Bytes(1).substr(kFileHeaderSize));
  log::Catalog catalog;
  catalog.newest = 3;
  catalog.segments.resize(2);
  for (log::CatalogSegment& segment : catalog.segments) segment.size = 4096;
  catalog.segments[0].directory = "/archive";
  const std::string bytes = log::EncodeCatalog(catalog);
  Seed("event_catalog", bytes.substr(kFileHeaderSize, bytes.size() - kFileHeaderSize - 4));
}

}  // namespace
}  // namespace ledgerstone

int main() {
  ledgerstone::SeedBatches();
  ledgerstone::SeedEdits();
  ledgerstone::SeedTables();
  ledgerstone::SeedLogs();
  return 0;
}
