#include "store/salvage_facts.h"

#include <algorithm>

#include "log/salvage.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

bool ReadHeader(Env* env, const std::string& path, FileHeader* header) {
  std::unique_ptr<RandomAccessFile> file;
  if (!env->NewRandomAccessFile(path, &file).ok()) return false;
  char bytes[kFileHeaderSize];
  size_t read = 0;
  if (!file->Read(0, sizeof bytes, bytes, &read).ok()) return false;
  return DecodeFileHeader(Slice(bytes, read), path, header).ok();
}

// Takes over what one edit says.
void Learn(const VersionEdit& edit, SalvageFacts* facts) {
  for (const NamespaceInfo& info : edit.created_namespaces) facts->namespaces[info.id] = info;
  facts->dropped.insert(edit.dropped_namespaces.begin(), edit.dropped_namespaces.end());
  for (const auto& table : edit.deleted_tables) facts->live.erase(table.number);
  for (const auto& table : edit.new_tables) {
    facts->tables[table.meta.number] = table;
    facts->live.insert(table.meta.number);
  }
  for (const auto& deleted : edit.range_deletes) {
    facts->range_deletes[deleted.namespace_id].push_back(deleted.tombstone);
  }
  if (edit.first_log) facts->first_log = *edit.first_log;
  if (edit.last_log) facts->last_log = *edit.last_log;
}

SalvageLoss LossOf(const std::string& file, const log::SegmentGap& gap) {
  SalvageLoss loss;
  loss.file = file;
  loss.begin = gap.begin;
  loss.end = gap.end;
  loss.reason = gap.reason;
  return loss;
}

// False when not one edit could be read.
bool ReadManifest(Env* env, const std::string& path, uint64_t number, SalvageFacts* facts,
                  std::vector<SalvageLoss>* losses) {
  const std::string name = ManifestName(number);
  SalvageFacts learned = *facts;
  uint64_t edits = 0;
  bool in_order = true;
  std::vector<log::SegmentGap> gaps;
  const Status status = log::SalvageSegment(
      env, JoinPath(path, name), name, StoreIdOf(env, JoinPath(path, name), *facts), number,
      [&](const log::RecordHeader& header, uint64_t offset, Slice payload) {
        if (header.type != log::RecordType::kEdit) return Status::Ok();
        VersionEdit edit;
        LS_RETURN_IF_ERROR(VersionEdit::Decode(payload, name, offset, &edit));
        in_order = in_order && header.first_sequence == edits + 1;
        ++edits;
        Learn(edit, &learned);
        return Status::Ok();
      },
      &gaps);
  for (const log::SegmentGap& gap : gaps) losses->push_back(LossOf(name, gap));
  if (!status.ok())
    losses->push_back({name, 0, 0, {}, {}, {}, false, false, 0, 0, status.ToString()});
  if (edits == 0) return false;
  *facts = std::move(learned);
  const bool tail_only = gaps.empty() || (gaps.size() == 1 && !gaps.front().durable);
  facts->whole = status.ok() && in_order && tail_only;
  return true;
}

// The manifests to try, the likeliest first.
std::vector<uint64_t> Candidates(Env* env, const std::string& path, std::vector<uint64_t> manifests,
                                 std::vector<SalvageLoss>* losses) {
  std::sort(manifests.rbegin(), manifests.rend());
  std::string bytes;
  StoreId id{};
  uint64_t current = 0;
  Status status = ReadFile(env, JoinPath(path, kCurrentName), &bytes);
  if (status.ok()) status = DecodeCurrent(bytes, kCurrentName, &id, &current);
  if (!status.ok()) {
    SalvageLoss loss;
    loss.file = kCurrentName;
    loss.end = bytes.size();
    loss.reason = status.ToString();
    losses->push_back(std::move(loss));
    return manifests;
  }
  const auto named = std::find(manifests.begin(), manifests.end(), current);
  if (named == manifests.end()) {
    SalvageLoss loss;
    loss.file = ManifestName(current);
    loss.reason = "CURRENT names it and it is missing";
    losses->push_back(std::move(loss));
  } else {
    std::rotate(manifests.begin(), named, named + 1);
  }
  return manifests;
}

}  // namespace

StoreId StoreIdOf(Env* env, const std::string& path, const SalvageFacts& facts) {
  FileHeader header;
  return ReadHeader(env, path, &header) ? header.store_id : facts.store_id;
}

Status GatherFacts(Env* env, const std::string& path, SalvageFacts* facts,
                   std::vector<SalvageLoss>* losses) {
  std::vector<std::string> names;
  LS_RETURN_IF_ERROR(env->ListDirectory(path, &names));
  std::vector<uint64_t> manifests;
  std::map<StoreId, size_t> votes;
  for (const std::string& name : names) {
    uint64_t number = 0;
    const StoreFile kind = ParseFileName(name, &number);
    if (kind == StoreFile::kManifest) manifests.push_back(number);
    if (kind == StoreFile::kTable) facts->found_tables.push_back(number);
    if (kind == StoreFile::kLog) facts->found_logs.push_back(number);
    if (kind == StoreFile::kOther || kind == StoreFile::kLock) continue;
    FileHeader header;
    if (ReadHeader(env, JoinPath(path, name), &header)) ++votes[header.store_id];
  }
  if (manifests.empty() && facts->found_tables.empty() && facts->found_logs.empty()) {
    return Status(StatusCode::kNotFound, "'" + path + "' holds nothing of a store");
  }
  std::sort(facts->found_tables.begin(), facts->found_tables.end());
  std::sort(facts->found_logs.begin(), facts->found_logs.end());
  size_t most = 0;
  for (const auto& [id, count] : votes) {
    if (count > most) facts->store_id = id;
    most = std::max(most, count);
  }
  for (const uint64_t number : Candidates(env, path, manifests, losses)) {
    if (ReadManifest(env, path, number, facts, losses)) break;
  }
  return Status::Ok();
}

}  // namespace ledgerstone
