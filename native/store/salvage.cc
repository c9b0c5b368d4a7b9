#include "store/salvage.h"

#include <algorithm>
#include <cerrno>
#include <queue>

#include "base/namespace_options.h"
#include "log/salvage.h"
#include "store/batch_format.h"
#include "store/namespace_table.h"
#include "store/staged_directory.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

constexpr size_t kBatchBytes = size_t{1} << 20;

class TableRun final : public SalvageRun {
 public:
  explicit TableRun(std::unique_ptr<TableSalvage> table) : table_(std::move(table)) {}
  bool Next() override { return table_->Next(); }
  Slice key() const override { return table_->key(); }
  Slice value() const override { return table_->value(); }

 private:
  const std::unique_ptr<TableSalvage> table_;
};

template <typename Entry>
class LogRun final : public SalvageRun {
 public:
  explicit LogRun(std::vector<Entry> entries) : entries_(std::move(entries)) {
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) { return CompareInternalKeys(a.key, b.key) < 0; });
  }
  bool Next() override { return next_++ < entries_.size(); }
  Slice key() const override { return entries_[next_ - 1].key; }
  Slice value() const override { return entries_[next_ - 1].value; }

 private:
  std::vector<Entry> entries_;
  size_t next_ = 0;
};

struct LaterKey {
  bool operator()(const SalvageRun* a, const SalvageRun* b) const {
    return CompareInternalKeys(a->key(), b->key()) > 0;
  }
};

SalvageLoss FileLoss(const std::string& file, std::string reason) {
  SalvageLoss loss;
  loss.file = file;
  loss.reason = std::move(reason);
  return loss;
}

}  // namespace

Status Salvager::Gather() {
  LS_RETURN_IF_ERROR(GatherFacts(env_, path_, &facts_, &report_->losses));
  report_->manifest_whole = facts_.whole;
  LS_RETURN_IF_ERROR(ReadLogs());
  LS_RETURN_IF_ERROR(OpenTables());
  for (auto& [id, entries] : log_entries_) {
    SalvageSpace* space = SpaceOf(id);
    if (space != nullptr) {
      space->runs.push_back(std::make_unique<LogRun<LogEntry>>(std::move(entries)));
    }
  }
  // Those without entries too.
  for (const auto& [id, info] : facts_.namespaces) (void)SpaceOf(id);
  TellUnknowns();
  return Status::Ok();
}

Status Salvager::ReadLogs() {
  if (facts_.whole) {
    std::erase_if(facts_.found_logs, [&](uint64_t n) { return n < facts_.first_log; });
    for (uint64_t number = facts_.first_log; number <= facts_.last_log; ++number) {
      const auto& found = facts_.found_logs;
      if (number == 0 || std::binary_search(found.begin(), found.end(), number)) continue;
      report_->losses.push_back(FileLoss(LogName(number), "a log segment is missing"));
    }
  }
  for (const uint64_t number : facts_.found_logs) LS_RETURN_IF_ERROR(ReadLog(number));
  return Status::Ok();
}

Status Salvager::ReadLog(uint64_t number) {
  const std::string name = LogName(number);
  const std::string path = JoinPath(path_, name);
  std::vector<log::SegmentGap> gaps;
  const Status status = log::SalvageSegment(
      env_, path, name, StoreIdOf(env_, path, facts_), number,
      [&](const log::RecordHeader& header, uint64_t, Slice payload) {
        if (header.type == log::RecordType::kBatch) ReadBatch(name, header, payload);
        return Status::Ok();
      },
      &gaps);
  if (!status.ok()) report_->losses.push_back(FileLoss(name, status.ToString()));
  for (const log::SegmentGap& gap : gaps) {
    if (gap.space && number == facts_.found_logs.back()) continue;
    SalvageLoss loss = FileLoss(name, gap.reason);
    loss.begin = gap.begin;
    loss.end = gap.end;
    loss.first_sequence = gap.first_sequence;
    loss.last_sequence = gap.last_sequence;
    if (gap.durable) loss.reason += "; it was durable";
    report_->losses.push_back(std::move(loss));
  }
  return Status::Ok();
}

void Salvager::ReadBatch(const std::string& name, const log::RecordHeader& header, Slice payload) {
  ++report_->records;
  Sequence sequence = header.first_sequence;
  BatchReader reader(payload);
  for (BatchEntry entry; reader.Next(&entry); ++sequence) {
    const NamespaceId id = entry.namespace_id;
    if (entry.kind == EntryKind::kDropNamespace) {
      facts_.dropped.insert(id);
    } else if (entry.kind == EntryKind::kCreateNamespace) {
      NamespaceInfo info{id, std::string(entry.key), {}};
      if (DecodeNamespaceOptions(entry.value, &info.options)) facts_.namespaces[id] = info;
    } else if (const Status sound = CheckEntry(entry); !sound.ok()) {
      SalvageLoss loss = FileLoss(name, sound.message());
      loss.first_sequence = loss.last_sequence = sequence;
      report_->losses.push_back(std::move(loss));
    } else if (entry.kind == EntryKind::kRangeDelete) {
      facts_.range_deletes[id].push_back(
          {std::string(entry.key), std::string(entry.value), sequence});
    } else {
      LogEntry kept;
      AppendInternalKey(&kept.key, entry.key, MakeTrailer(sequence, entry.kind));
      kept.value.assign(entry.value);
      log_entries_[id].push_back(std::move(kept));
    }
  }
}

Status Salvager::OpenTables() {
  const auto& found = facts_.found_tables;
  if (!facts_.whole) {
    for (const uint64_t number : found) LS_RETURN_IF_ERROR(OpenTable(number));
    return Status::Ok();
  }
  for (const uint64_t number : facts_.live) {
    const VersionEdit::NewTable& table = facts_.tables.at(number);
    if (facts_.dropped.contains(table.namespace_id)) continue;
    if (std::binary_search(found.begin(), found.end(), number)) {
      LS_RETURN_IF_ERROR(OpenTable(number));
      continue;
    }
    SalvageLoss loss = FileLoss(TableName(number), "a table is missing");
    loss.end = table.meta.size;
    loss.namespace_name = facts_.namespaces[table.namespace_id].name;
    loss.from = UserKeyOf(table.meta.smallest);
    loss.to = UserKeyOf(table.meta.largest);
    loss.from_known = loss.to_known = true;
    report_->losses.push_back(std::move(loss));
  }
  return Status::Ok();
}

Status Salvager::OpenTable(uint64_t number) {
  const auto known = facts_.tables.find(number);
  SalvageSpace* space = &lone_tables_[number];
  if (known != facts_.tables.end()) {
    lone_tables_.erase(number);
    space = SpaceOf(known->second.namespace_id);
    if (space == nullptr) return Status::Ok();
  } else {
    std::string digits = TableName(number);
    digits.resize(digits.find('.'));
    space->name = "salvaged.table-" + digits;
  }
  const std::string name = TableName(number);
  const std::string path = JoinPath(path_, name);
  const TableIdentity identity{StoreIdOf(env_, path, facts_), number, name};
  auto table = std::make_unique<TableSalvage>(identity);
  const Status status = table->Open(env_, path);
  // Too many open files is no damage.
  if (status.error_number() == EMFILE || status.error_number() == ENFILE) return status;
  if (!status.ok()) {
    report_->losses.push_back(FileLoss(name, status.ToString()));
    return Status::Ok();
  }
  ++report_->tables;
  opened_.push_back({name, space->name, table.get()});
  space->runs.push_back(std::make_unique<TableRun>(std::move(table)));
  return Status::Ok();
}

// Null for namespaces that are not salvaged: dropped or derived ones.
SalvageSpace* Salvager::SpaceOf(NamespaceId id) {
  if (facts_.dropped.contains(id)) return nullptr;
  const auto known = facts_.namespaces.find(id);
  if (known != facts_.namespaces.end() && known->second.options.derived) return nullptr;
  SalvageSpace& space = spaces_[id];
  if (!space.name.empty()) return &space;
  space.named = known != facts_.namespaces.end();
  space.name = space.named ? known->second.name : "salvaged.namespace-" + std::to_string(id);
  if (space.named) space.options = known->second.options;
  return &space;
}

void Salvager::TellUnknowns() {
  std::vector<std::string>& unknowns = report_->unknowns;
  if (!facts_.whole) {
    unknowns.push_back(
        "The manifest is not whole: every table and log in the folder was taken. Keys deleted long "
        "ago may be back, and tables that the folder lacks are not listed.");
  }
  if (!lone_tables_.empty()) {
    unknowns.push_back(
        "Tables do not say which namespace they are of. Those that no manifest names are each in a "
        "namespace of their own, 'salvaged.table-…', as bytes.");
  }
  for (const auto& [id, info] : facts_.namespaces) {
    if (!info.options.derived || facts_.dropped.contains(id)) continue;
    unknowns.push_back("Namespace '" + info.name +
                       "' is derived and was left out: make it again from its events.");
  }
}

uint64_t Salvager::WriteKey(const SalvageSpace& space, NamespaceId id, Slice user_key,
                            const std::vector<KeyVersion>& versions, WriteBatch* batch) {
  size_t operands = 0;
  while (operands < versions.size() && versions[operands].kind == EntryKind::kMerge) ++operands;
  uint64_t entries = 0;
  if (operands < versions.size()) {
    const KeyVersion& base = versions[operands];
    if (base.kind == EntryKind::kPut) batch->Put(id, user_key, base.value);
    if (base.kind == EntryKind::kPutExpiring && base.value.size() >= kExpirySize) {
      batch->PutExpiring(id, user_key, Slice(base.value).substr(kExpirySize),
                         DecodeFixed64(base.value.data()));
    }
    entries = base.kind == EntryKind::kDelete ? 0 : 1;
  }
  if (operands == 0) return entries;
  if (space.options.merge == MergeOperator::kNone) {
    SalvageLoss loss = FileLoss("", "operands of a merge operator that nothing tells");
    loss.namespace_name = space.name;
    loss.from = loss.to = user_key;
    loss.from_known = loss.to_known = true;
    report_->losses.push_back(std::move(loss));
    return entries;
  }
  for (size_t i = operands; i-- > 0;) batch->Merge(id, user_key, versions[i].value);
  return 1;
}

Status Salvager::WriteSpace(SalvageSpace* space, Store* target) {
  NamespaceId id = 0;
  LS_RETURN_IF_ERROR(target->OpenNamespace(space->name, space->options, &id));
  std::priority_queue<SalvageRun*, std::vector<SalvageRun*>, LaterKey> heads;
  for (const auto& run : space->runs) {
    if (run->Next()) heads.push(run.get());
  }
  const RangeTombstones erased(space->range_deletes);
  const WriteOptions options{.durability = Durability::kMemory, .applied = {}};
  WriteBatch batch;
  uint64_t entries = 0;
  while (!heads.empty()) {
    const std::string user_key(UserKeyOf(heads.top()->key()));
    const Sequence erased_below = erased.Covering(user_key, kSequenceMax);
    std::vector<KeyVersion> versions;  // newest first
    bool settled = false;
    Sequence last = kSequenceMax;
    while (!heads.empty() && UserKeyOf(heads.top()->key()) == user_key) {
      SalvageRun* run = heads.top();
      heads.pop();
      const uint64_t trailer = TrailerOf(run->key());
      settled = settled || TrailerSequence(trailer) < erased_below;
      // One entry may be in several files: where a compaction was under way.
      if (!settled && TrailerSequence(trailer) < last) {
        last = TrailerSequence(trailer);
        versions.push_back({TrailerKind(trailer), std::string(run->value())});
        settled = TrailerKind(trailer) != EntryKind::kMerge;
      }
      if (run->Next()) heads.push(run);
    }
    entries += WriteKey(*space, id, user_key, versions, &batch);
    if (batch.bytes().size() < kBatchBytes) continue;
    LS_RETURN_IF_ERROR(target->Write(batch, options));
    batch.Clear();
  }
  LS_RETURN_IF_ERROR(target->Write(batch, options));
  report_->entries += entries;
  report_->namespaces.push_back({space->name, entries, space->named});
  return Status::Ok();
}

Status Salvager::WriteTo(Store* target) {
  for (auto& [id, space] : spaces_) {
    space.range_deletes = facts_.range_deletes[id];
    LS_RETURN_IF_ERROR(WriteSpace(&space, target));
  }
  for (auto& [number, space] : lone_tables_) LS_RETURN_IF_ERROR(WriteSpace(&space, target));
  NoteTableLosses();
  return Status::Ok();
}

void Salvager::NoteTableLosses() {
  for (const OpenedTable& opened : opened_) {
    for (const TableLoss& lost : opened.table->losses()) {
      SalvageLoss loss = FileLoss(opened.file, lost.reason);
      loss.begin = lost.begin;
      loss.end = lost.end;
      loss.namespace_name = opened.space;
      loss.from = lost.from;
      loss.to = lost.to;
      loss.from_known = lost.from_known;
      loss.to_known = lost.to_known;
      report_->losses.push_back(std::move(loss));
    }
  }
}

Status Salvage(const StoreOptions& options, const std::string& source, const std::string& target,
               SalvageReport* report) {
  *report = {};
  Env* const env = options.env != nullptr ? options.env : Env::Posix();
  std::unique_ptr<DirectoryLock> lock;
  bool lockable = false;
  LS_RETURN_IF_ERROR(env->FileExists(JoinPath(source, kLockName), &lockable));
  // A folder that takes no lock, on a read-only medium, has no owner either.
  const Status locked = lockable ? env->LockDirectory(source, kLockName, &lock) : Status::Ok();
  if (locked.Is(StatusCode::kLocked)) return locked;
  Salvager salvager(env, source, report);
  LS_RETURN_IF_ERROR(salvager.Gather());
  StagedDirectory staged(env, target);
  LS_RETURN_IF_ERROR(staged.Begin());
  staged.HandOver();
  std::unique_ptr<Store> store;
  LS_RETURN_IF_ERROR(Store::Open(options, staged.path(), &store));
  const Status written = salvager.WriteTo(store.get());
  const Status closed = store->Close();
  store.reset();
  LS_RETURN_IF_ERROR(written);
  LS_RETURN_IF_ERROR(closed);
  return staged.Finish();
}

}  // namespace ledgerstone
