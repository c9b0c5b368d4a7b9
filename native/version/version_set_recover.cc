// The reading half of the version set: CURRENT, its manifest, and the tables they name.
#include <algorithm>
#include <utility>

#include "base/checks.h"
#include "version/file_names.h"
#include "version/version_builder.h"
#include "version/version_set.h"

namespace ledgerstone {
namespace {

Status CheckTable(Env* env, const std::string& directory, const TableMeta& meta) {
  const std::string name = TableName(meta.number);
  const FilePlace place{name, FilePlace::kNoOffset};
  const std::string expected = std::to_string(meta.size) + " bytes";
  uint64_t size = 0;
  const Status status = env->FileSize(JoinPath(directory, name), &size);
  if (status.Is(StatusCode::kNotFound)) {
    return Status::Corruption("a table that the manifest names is missing", place, expected,
                              "no file");
  }
  LS_RETURN_IF_ERROR(status);
  if (size == meta.size) return Status::Ok();
  return Status::Corruption("a table has not the size that the manifest names", place, expected,
                            std::to_string(size) + " bytes");
}

// The kept logs after an edit: those it adds, without what it, or an edit before it, lets go.
std::vector<KeptLog> KeptAfter(const ManifestState& before, const VersionEdit& edit) {
  std::vector<KeptLog> kept = *before.kept_logs;
  kept.insert(kept.end(), edit.kept_logs.begin(), edit.kept_logs.end());
  const std::optional<Retained>& retained = edit.retained ? edit.retained : before.retained;
  if (!retained) return kept;
  const uint64_t first = retained->first_log;
  std::erase_if(kept, [&](const KeptLog& each) { return first == 0 || each.number < first; });
  return kept;
}

}  // namespace

void ManifestState::Apply(const VersionEdit& edit) {
  if (edit.next_file_number) next_file_number = std::max(next_file_number, *edit.next_file_number);
  if (edit.next_namespace_id) next_namespace_id = *edit.next_namespace_id;
  if (edit.last_sequence) last_sequence = *edit.last_sequence;
  if (edit.first_log) first_log = *edit.first_log;
  if (edit.last_log) last_log = *edit.last_log;
  if (edit.applied) applied = *edit.applied;
  clean_close = edit.clean_close;
  if (edit.retained || !edit.kept_logs.empty())
    kept_logs = std::make_shared<const std::vector<KeptLog>>(KeptAfter(*this, edit));
  if (edit.retained) retained = edit.retained;
  if (retained && retained->first_log == 0) retained.reset();
}

// Takes the edits of a manifest one after another and remembers where the good ones end.
struct VersionSet::ManifestReplay {
  VersionBuilder builder;
  std::string file;
  ManifestState state{};
  uint64_t edits = 0;
  uint64_t last_edit_offset = 0;

  Status Take(const log::RecordHeader& header, uint64_t offset, Slice payload) {
    if (header.type == log::RecordType::kOpening || header.type == log::RecordType::kPromise) {
      return Status::Ok();
    }
    if (header.type != log::RecordType::kEdit) {
      return Status::Corruption("a record in a manifest that is no edit", {file, offset}, "type 5",
                                "type " + std::to_string(static_cast<int>(header.type)));
    }
    if (header.first_sequence != edits + 1 || header.entry_count != 1) {
      return Status::Corruption("manifest edit out of its place", {file, offset},
                                "position " + std::to_string(edits + 1),
                                "position " + std::to_string(header.first_sequence));
    }
    VersionEdit edit;
    LS_RETURN_IF_ERROR(VersionEdit::Decode(payload, file, offset, &edit));
    LS_RETURN_IF_ERROR(builder.Apply(edit, {file, offset}));
    state.Apply(edit);
    ++edits;
    last_edit_offset = offset;
    return Status::Ok();
  }

  std::string LastGoodEdit() const {
    if (edits == 0) return "no good edit before it";
    return "the last good edit is number " + std::to_string(edits) + " at offset " +
           std::to_string(last_edit_offset);
  }
};

Status VersionSet::ReadCurrent(uint64_t* number) {
  std::string bytes;
  LS_RETURN_IF_ERROR(ReadFile(env_, JoinPath(directory_, kCurrentName), &bytes));
  return DecodeCurrent(bytes, kCurrentName, &context_->store_id, number);
}

Status VersionSet::Recover(RecoveryReport* report) {
  LS_CHECK(current() == nullptr);
  uint64_t number = 0;
  LS_RETURN_IF_ERROR(ReadCurrent(&number));
  report->manifest_number = number;
  const Status status = ReplayManifest(number, report);
  if (!status.Is(StatusCode::kNotFound)) return status;
  return Status::Corruption("CURRENT names a manifest that is not there",
                            {kCurrentName, kFileHeaderSize}, ManifestName(number), "no file");
}

Status VersionSet::ReplayManifest(uint64_t number, RecoveryReport* report) {
  const std::string name = ManifestName(number);
  ManifestReplay replay{VersionBuilder(Version(), context_), name};
  log::ScanResult scan;
  const auto take = [&](const log::RecordHeader& header, uint64_t offset, Slice payload) {
    return replay.Take(header, offset, payload);
  };
  Status status = log::ScanSegment(env_, JoinPath(directory_, name), name, FileKind::kManifest,
                                   context_->store_id, number, take, &scan);
  log::RecoveryVerdict verdict;
  if (status.ok()) {
    log::RecoveryKnowledge knowledge;
    knowledge.first_segment = number;
    knowledge.last_segment = number;
    knowledge.file_suffix = ".manifest";
    verdict = log::DecideRecovery({scan}, knowledge);
    status = verdict.status;
  }
  if (status.ok() && replay.edits == 0) {
    status = Status::Corruption("the manifest's snapshot is not whole", {name, kFileHeaderSize});
  }
  VersionPtr version;
  if (status.ok()) status = replay.builder.Finish(&version);
  if (status.Is(StatusCode::kCorruption)) {
    return status.WithContext("manifest " + name + ", " + replay.LastGoodEdit());
  }
  LS_RETURN_IF_ERROR(status);
  LS_RETURN_IF_ERROR(CheckTables(*version));
  if (!verdict.cuts.empty()) report->cut = verdict.cuts.front();
  MarkFileNumberUsed(number);
  MarkFileNumberUsed(replay.state.next_file_number - 1);
  manifest_number_.store(number, std::memory_order_relaxed);
  manifest_bytes_.store(scan.good_size, std::memory_order_relaxed);
  Install(std::move(version), replay.state);
  return Status::Ok();
}

Status VersionSet::CheckTables(const Version& version) const {
  for (const auto& [id, tree] : version.trees) {
    for (const auto& files : tree->levels) {
      for (const auto& file : files) LS_RETURN_IF_ERROR(CheckTable(env_, directory_, file->meta()));
    }
  }
  return Status::Ok();
}

}  // namespace ledgerstone
