#include "testing/tree_world.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/checks.h"
#include "base/text.h"

namespace ledgerstone {
namespace {

constexpr char kDirectory[] = "db";

}  // namespace

TreeWorld::TreeWorld(uint64_t seed) : env_(seed), cache_(4 << 20) {
  LS_CHECK(env_.CreateDirectory(kDirectory).ok());
  context_.env = &env_;
  context_.directory = kDirectory;
  for (size_t i = 0; i < context_.store_id.size(); ++i) context_.store_id[i] = static_cast<char>(i);
  context_.cache = &cache_;
  context_.statistics = &statistics_;
  context_.on_obsolete = [this](uint64_t number) { obsolete_.push_back(number); };
}

TableFilePtr TreeWorld::MakeTable(std::vector<InternalEntry> entries) {
  std::sort(entries.begin(), entries.end(), EntryBefore);
  VectorIterator source(std::move(entries));
  CompactionResult result;
  const Status written = WriteTables(&source, JobContext({}), &result);
  LS_CHECK(written.ok() && result.outputs.size() == 1);
  return PretendTable(result.outputs.front());
}

TableFilePtr TreeWorld::PretendTable(TableMeta meta) {
  return std::make_shared<TableFile>(&context_, std::move(meta));
}

CompactionContext TreeWorld::JobContext(std::vector<Sequence> snapshots) {
  CompactionContext job;
  job.env = &env_;
  job.directory = kDirectory;
  job.store_id = context_.store_id;
  job.new_file_number = [this] { return NewNumber(); };
  job.rules.snapshots = std::move(snapshots);
  job.table_options.block_bytes = 256;
  job.table_options.compression = Compression::kNone;
  return job;
}

std::vector<InternalEntry> TreeWorld::Read(const std::vector<TableFilePtr>& files) {
  std::vector<InternalEntry> entries;
  const auto iterator = NewLevelIterator(files, {});
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next()) {
    entries.push_back({std::string(iterator->key()), std::string(iterator->value())});
  }
  LS_CHECK(iterator->status().ok());
  return entries;
}

std::vector<TableFilePtr> TreeWorld::OpenTables(const std::vector<TableMeta>& metas) {
  std::vector<TableFilePtr> files;
  for (const TableMeta& meta : metas) files.push_back(PretendTable(meta));
  return files;
}

std::vector<InternalEntry> Entries(const std::string& text) {
  std::vector<InternalEntry> entries;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool tombstone = word.back() == '-';
    if (tombstone) word.pop_back();
    const size_t digits = word.find_first_of("0123456789");
    LS_CHECK(digits != std::string::npos && digits > 0);
    const Sequence sequence = std::stoull(word.substr(digits));
    entries.push_back({MakeKey(word.substr(0, digits), sequence,
                               tombstone ? EntryKind::kDelete : EntryKind::kPut),
                       tombstone ? "" : word});
  }
  return entries;
}

std::string EntriesText(const std::vector<InternalEntry>& entries) {
  std::string text;
  for (const InternalEntry& entry : entries) {
    const uint64_t trailer = TrailerOf(entry.key);
    if (!text.empty()) text += " ";
    text += EscapeBytes(UserKeyOf(entry.key)) + std::to_string(TrailerSequence(trailer));
    if (TrailerKind(trailer) == EntryKind::kDelete) text += "-";
  }
  return text;
}

}  // namespace ledgerstone
