// Bugs to put into the engine, one at a time: what a tired day could do to it.
// scripts/planted-bugs.mjs builds the engine with each and expects one of `suites` (a GoogleTest
// filter) to fail.
//
// `find` stands exactly once in the file; `replace` takes its place.

const power = 'Scripts/StorePowerLoss*:StorePowerLoss*'
const fault = 'Scripts/StoreFault*:StoreFault*:StoreFailure*'
const model = '*StoreModel*'
const recovery = 'Log*:*Recovery*:RecoveryRandom*'
const damage = 'Scripts/StoreDamage*'
const eventPower = '*EventLogPowerLoss*'
const eventFault = '*EventLogFault*'
const eventModel = 'EventLogModel*'
const eventUnit = 'EventLogTest*:EventLogArchive*:EventLogReadOnly*'
const eventDamage = 'EventLogDamage*'

/** @type {readonly import('./bugs.d.mts').Bug[]} */
export const bugs = [
  // Durability of the log
  {
    name: 'the log is not synced',
    file: 'store/write.cc',
    find: '  LS_RETURN_IF_ERROR(writer_->Sync());\n',
    replace: '',
    suites: power,
  },
  {
    name: 'a write is visible and told before its sync',
    file: 'store/write.cc',
    find: '    if (group.durability == Durability::kDisk) status = SyncLog();\n',
    replace:
      '    Publish(last);\n    SettleGroup(group, Status::Ok());\n    if (group.durability == Durability::kDisk) status = SyncLog();\n    if (!status.ok()) (void)FailStop(status);\n    return;\n',
    suites: power,
  },
  {
    name: 'a failed append to the log is ignored',
    file: 'store/write.cc',
    find: '  LS_RETURN_IF_ERROR(writer_->Append({log::RecordType::kBatch, first, group.count}, pieces));\n',
    replace:
      '  (void)writer_->Append({log::RecordType::kBatch, first, group.count}, pieces);\n',
    suites: `${fault}:${power}`,
  },
  {
    name: 'a failed sync of the log is ignored',
    file: 'store/write.cc',
    find: '    if (group.durability == Durability::kDisk) status = SyncLog();\n',
    replace: '    if (group.durability == Durability::kDisk) (void)SyncLog();\n',
    suites: fault,
  },
  {
    name: 'a failed log does not stop later writes',
    file: 'log/writer.cc',
    find: '  if (!failure_.ok()) return failure_;\n  if (state_ != State::kOpen)',
    replace: '  if (state_ != State::kOpen)',
    suites: `LogWriter*:${fault}`,
  },
  {
    name: 'the log counts a failed sync as durable',
    file: 'log/writer.cc',
    find: '  LS_RETURN_IF_ERROR(KeepFailure(file_->Sync()));\n  durable_size_ = size_;',
    replace: '  durable_size_ = size_;\n  LS_RETURN_IF_ERROR(KeepFailure(file_->Sync()));',
    suites: `LogWriter*:${fault}`,
  },
  {
    name: 'a record promises itself',
    file: 'log/writer.cc',
    find: '  header.durable_offset = durable_size_;',
    replace: '  header.durable_offset = size_;',
    suites: `LogWriter*:${power}`,
  },
  {
    name: 'the payload checksum leaves out the length',
    file: 'log/writer.cc',
    find: '    header.payload_checksum = Crc32cExtend(header.payload_checksum, piece);\n',
    replace:
      '    header.payload_checksum = Crc32cExtend(header.payload_checksum, piece.substr(0, piece.size() / 2));\n',
    suites: 'LogWriter*:LogScan*:LogFormat*',
  },
  {
    name: 'records are not chained',
    file: 'log/writer.cc',
    find: '  chain_ = header.header_checksum;\n',
    replace: '',
    suites: 'LogWriter*:LogScan*:LogFormat*',
  },
  {
    name: 'a segment ends without a sync of its closing record',
    file: 'log/writer.cc',
    find: '  LS_RETURN_IF_ERROR(SyncFile());\n  state_ = State::kFinished;',
    replace: '  state_ = State::kFinished;',
    suites: `LogWriter*:${power}`,
  },
  {
    name: "a reopened segment's old bytes are not synced",
    file: 'log/writer.cc',
    find: '  LS_RETURN_IF_ERROR(reopened->SyncFile());\n',
    replace: '',
    suites: `LogWriter*:${power}`,
  },
  {
    name: 'a new segment is written before its name is durable',
    file: 'store/switch.cc',
    find: '  written_back_ = 0;\n  return env_->SyncDirectory(path_);',
    replace: '  written_back_ = 0;\n  return Status::Ok();',
    suites: power,
  },
  {
    name: 'the manifest forgets a segment that is still needed',
    file: 'store/switch.cc',
    find: '  edit.last_log = number;\n',
    replace: '  edit.last_log = number;\n  edit.first_log = number;\n',
    suites: power,
  },
  {
    name: 'the manifest does not hear of a new segment',
    file: 'store/switch.cc',
    find: '  edit.last_log = number;\n',
    replace: '',
    suites: `${power}:${fault}`,
  },

  // Flush and compaction
  {
    name: 'a log segment goes before the edit that replaces it',
    file: 'store/flush.cc',
    find: '  const Status status = versions_->Apply(edit, [&]',
    replace:
      '  (void)env_->RemoveFile(PathOf(LogName(generation->log_number)));\n  const Status status = versions_->Apply(edit, [&]',
    suites: power,
  },
  {
    name: 'new tables are named before the directory is synced',
    file: 'compaction/output_tables.cc',
    find: '  if (!tables_.empty()) LS_RETURN_IF_ERROR(context_.env->SyncDirectory(context_.directory));\n',
    replace: '',
    suites: power,
  },
  {
    name: 'a table is not synced',
    file: 'sstable/table_output.cc',
    find: 'file_->Sync()',
    replace: 'Status::Ok()',
    suites: power,
  },
  {
    name: 'the applied position is not part of the flush',
    file: 'store/flush.cc',
    find: '  if (generation->applied > 0) edit.applied = generation->applied;\n',
    replace: '',
    suites: `${power}:${model}:StoreBasic*`,
  },
  {
    name: 'a flush forgets the last sequence',
    file: 'store/flush.cc',
    find: '    edit.last_sequence = generation->last_sequence;\n',
    replace: '',
    suites: `${power}:${model}:${'StoreRecovery*'}`,
  },
  {
    name: 'range deletes are lost by a flush',
    file: 'store/flush.cc',
    find: '    if (needed) edit->range_deletes.push_back({id, tombstone});',
    replace: '    if (needed && tombstone.end.empty()) edit->range_deletes.push_back({id, tombstone});',
    suites: model,
  },
  {
    name: 'dropped namespaces come back',
    file: 'store/flush.cc',
    find: '    if (before->Find(id) != nullptr) edit.dropped_namespaces.push_back(id);',
    replace: '    (void)id;',
    suites: `StoreBasic*:${model}:${power}`,
  },
  {
    name: 'a failed flush is taken for a good one',
    file: 'store/flush.cc',
    find: '  if (const Status status = WriteGenerationTables(*generation, &edit, &written); !status.ok()) {',
    replace:
      '  if (const Status status = WriteGenerationTables(*generation, &edit, &written); false) {',
    suites: fault,
  },
  {
    name: "compaction forgets an input of the output's level",
    file: 'compaction/compaction_job.cc',
    find: '  if (!choice.output_inputs.empty()) {',
    replace: '  if (choice.output_inputs.size() > 1) {',
    suites: `Compaction*:${model}`,
  },
  {
    name: 'compaction goes on after a source that failed',
    file: 'compaction/compaction_job.cc',
    find: '  LS_RETURN_IF_ERROR(source->status());\n',
    replace: '',
    suites: `Compaction*:${fault}`,
  },
  {
    name: 'every level is taken for the bottom',
    file: 'compaction/compaction_job.cc',
    find: '    return choice.bottom || tree.IsBottomFor(choice.output_level, user_key);',
    replace: '    return choice.bottom || tree.IsBottomFor(choice.output_level, user_key) || true;',
    suites: `Compaction*:${model}`,
  },
  {
    name: 'compaction ignores snapshots',
    file: 'store/compact.cc',
    find: '    if (sequence < last) sequences.push_back(sequence);\n',
    replace: '    (void)sequence;\n',
    suites: model,
  },
  {
    name: 'a range delete ends while older tables may hold what it erased',
    file: 'compaction/compaction_job.cc',
    find: '      if (stays && Tree::MayHoldErased(file->meta(), tombstone)) return true;',
    replace: '      if (stays && false) return true;',
    suites: `Compaction*:${model}`,
  },
  {
    name: 'a flush keeps no gap between what it is and what compaction may drop',
    file: 'compaction/compaction_job.cc',
    find: '  const auto is_bottom = [](Slice) { return false; };',
    replace: '  const auto is_bottom = [](Slice) { return true; };',
    suites: `Compaction*:${model}`,
  },

  // Manifest
  {
    name: 'edits of the manifest are not synced',
    file: 'version/version_set.cc',
    find: '  return writer->Sync();\n',
    replace: '  return Status::Ok();\n',
    suites: power,
  },
  {
    name: 'a failed edit of the manifest does not stop the next one',
    file: 'version/version_set.cc',
    find: '  LS_RETURN_IF_ERROR(failure_);\n  LS_CHECK(manifest_ != nullptr);',
    replace: '  LS_CHECK(manifest_ != nullptr);',
    suites: `VersionSet*:${fault}`,
  },
  {
    name: 'CURRENT is switched before the new manifest is durable',
    file: 'version/version_set.cc',
    find: '                                    SnapshotEdit(version, state), writer));\n  return env_->SyncDirectory(directory_);',
    replace:
      '                                    SnapshotEdit(version, state), writer));\n  return Status::Ok();',
    suites: `VersionSet*:${power}`,
  },
  {
    name: 'the snapshot in a new manifest forgets range deletes',
    file: 'version/version_set.cc',
    find: '        edit.range_deletes.push_back({id, tombstone});',
    replace: '        (void)tombstone;',
    suites: `VersionSet*:${model}`,
  },
  {
    name: 'a pointer file is taken without its checksum',
    file: 'version/current.cc',
    find: '  if (stored != computed) {',
    replace: '  if (false) {',
    suites: 'Current*',
  },
  {
    name: 'replacing a file does not sync the new one',
    file: 'env/env_util.cc',
    find: '  LS_RETURN_IF_ERROR(file->Sync());\n',
    replace: '',
    suites: `Env*:*Env*:${power}`,
  },
  {
    name: 'replacing a file does not sync the directory',
    file: 'env/env_util.cc',
    find: '  return env->SyncDirectory(directory);',
    replace: '  return Status::Ok();',
    suites: `Env*:*Env*:${power}`,
  },

  // Recovery
  {
    name: 'damage below a promise is cut like a torn tail',
    file: 'log/recovery.cc',
    find: '    if (scan.durable_promise > scan.good_size) {',
    replace: '    if (false) {',
    suites: recovery,
  },
  {
    name: 'a segment that is not the last may be torn',
    file: 'log/recovery.cc',
    find: '    if (!EndsClosed(segments[i])) {',
    replace: '    if (false) {',
    suites: recovery,
  },
  {
    name: 'a missing segment is passed over',
    file: 'log/recovery.cc',
    find: '    if (scan.segment != next) return Missing(next, knowledge);',
    replace: '    next = scan.segment;',
    suites: recovery,
  },
  {
    name: 'a log shorter than its clean close opens',
    file: 'log/recovery.cc',
    find: '  if (scan.good_size < close.size) {',
    replace: '  if (false) {',
    suites: recovery,
  },
  {
    name: 'a torn tail is not cut off',
    file: 'store/recover.cc',
    find: '    if (cut.offset > 0)\n',
    replace: '    if (cut.offset > 0 && false)\n',
    suites: `StoreRecovery*:${power}`,
  },
  {
    name: 'a batch cut short inside a sound record is taken',
    file: 'store/recover.cc',
    find: '  if (!reader.whole() || sequence != header.first_sequence + header.entry_count) {',
    replace: '  if (!reader.whole() && false) {',
    suites: 'StoreRecovery*:StoreModel*:StoreFailure*',
  },
  {
    name: 'sequences of lost writes are given out again',
    file: 'store/open.cc',
    find: '(last / kSequenceEpoch + 1) * kSequenceEpoch;',
    replace: 'last + 1;',
    suites: `StoreRecovery*:${power}`,
  },
  {
    name: 'derived sequences are given out again after a clean close',
    file: 'store/close.cc',
    find: '  if (used > versions_->state().last_sequence) edit.last_sequence = used;\n',
    replace: '  (void)used;\n',
    suites: 'Store*-*PowerLoss*:*StoreFault*',
  },
  {
    name: 'a clean close notes more than was synced',
    file: 'store/close.cc',
    find: '  LS_RETURN_IF_ERROR(writer_->Sync());\n  VersionEdit edit;',
    replace: '  VersionEdit edit;',
    suites: power,
  },

  // Reads, memory, transactions
  {
    name: 'the index of a memtable names an older entry',
    file: 'memtable/key_index.cc',
    find: '    if (SkipList::Trailer(known) < SkipList::Trailer(node))\n',
    replace: '    if (SkipList::Trailer(known) > SkipList::Trailer(node))\n',
    suites: 'MemTable*',
  },
  {
    name: 'two keys of one hash are taken for one',
    file: 'memtable/key_index.cc',
    find: '    if (SkipList::UserKey(node) == user_key) return node;',
    replace: '    return node;',
    suites: 'MemTable*',
  },
  {
    name: 'a group fills the memtables of a generation that is gone',
    file: 'store/switch.cc',
    find: '  group_rows_.clear();\n',
    replace: '',
    suites: `StoreBasic*:${model}`,
  },
  {
    name: 'a conflict in a flushed generation is missed',
    file: 'store/transact.cc',
    find: '  generations.insert(generations.end(), retired_.rbegin(), retired_.rend());\n',
    replace: '',
    suites: '*Transaction*',
  },
  {
    name: 'a conflict inside one commit group is missed',
    file: 'store/conflict_check.cc',
    find: ' || group->Touch(read)) {',
    replace: ') {',
    suites: '*Transaction*:ConflictCheck*',
  },
  {
    name: 'a range erased since is no conflict',
    file: 'memtable/memtable.cc',
    find: '        if (tombstone.sequence > since && range.Meets(tombstone.begin, tombstone.end)) return true;',
    replace: '        if (tombstone.sequence > since && false) return true;',
    suites: '*Transaction*:ConflictCheck*',
  },
  {
    name: 'a read does not wait for a told write',
    file: 'store/transact.cc',
    find: '  AwaitTold();\n  const std::lock_guard lock(mutex_);\n  const uint64_t id',
    replace: '  const std::lock_guard lock(mutex_);\n  const uint64_t id',
    suites: 'ThreadedStore*',
  },
  {
    name: 'a range delete erases its end key too',
    file: 'base/range_tombstones.cc',
    find: '  if (!at->end.empty() && CompareUserKeys(user_key, at->end) >= 0) return nullptr;',
    replace: '  if (!at->end.empty() && CompareUserKeys(user_key, at->end) > 0) return nullptr;',
    suites: `RangeTombstone*:${model}`,
  },
  // The event log
  {
    name: 'events are acknowledged without a sync',
    file: 'log/event_append.cc',
    find: '  LS_RETURN_IF_ERROR(writer_->Sync());\n',
    replace: '',
    suites: eventPower,
  },
  {
    name: 'a failed sync of events is ignored',
    file: 'log/event_append.cc',
    find: '  LS_RETURN_IF_ERROR(writer_->Sync());\n',
    replace: '  (void)writer_->Sync();\n',
    suites: eventFault,
  },
  {
    name: 'an append does not look at what it expects',
    file: 'log/event_append.cc',
    find: '*options.expected != last)',
    replace: '*options.expected > last)',
    suites: `${eventUnit}:${eventModel}`,
  },
  {
    name: 'appends of two epochs share a record',
    file: 'log/event_append.cc',
    find: '(raises || full)) return;',
    replace: 'full) return;',
    suites: `${eventUnit}:${eventModel}`,
  },
  {
    name: 'times follow the clock backwards',
    file: 'log/event_append.cc',
    find: 'std::max(end_.last_time, env_->WallMillis() * 1000)',
    replace: 'env_->WallMillis() * 1000',
    suites: `${eventUnit}:${eventModel}`,
  },
  {
    name: 'the catalog knows a segment before its name is durable',
    file: 'log/event_roll.cc',
    find: '  return env_->SyncDirectory(directory_);\n}\n\nStatus EventLogImpl::RollSegment',
    replace: '  return Status::Ok();\n}\n\nStatus EventLogImpl::RollSegment',
    suites: eventPower,
  },
  {
    name: 'a finished segment is not listed',
    file: 'log/event_roll.cc',
    find: '    catalog->segments.push_back(finished);\n',
    replace: '',
    suites: `${eventUnit}:${eventPower}`,
  },
  {
    name: 'archived files go before their new place is recorded',
    file: 'log/event_archive.cc',
    find: '  return ChangeListed(number, [&]',
    replace:
      '  LS_RETURN_IF_ERROR(RemoveLive(EventSegmentName(number)));\n  return ChangeListed(number, [&]',
    suites: `${eventPower}:EventLogArchive*`,
  },
  {
    name: 'the archive directory is not synced',
    file: 'log/event_archive.cc',
    find: '  archive_failure_ = env_->SyncDirectory(directory);\n  return archive_failure_;',
    replace: '  return Status::Ok();',
    suites: eventPower,
  },
  {
    name: 'the copy in the archive is not synced',
    file: 'log/file_digest.cc',
    find: '  LS_RETURN_IF_ERROR(target->Sync());\n',
    replace: '',
    suites: eventPower,
  },
  {
    name: 'a segment with later events is archived',
    file: 'log/event_archive.cc',
    find: 'segment.last > through',
    replace: 'segment.first > through',
    suites: 'EventLogArchive*',
  },
  {
    name: 'an index entry is believed over its record',
    file: 'log/segment_files.cc',
    find: '  if (right) return Status::Ok();',
    replace: '  return Status::Ok();',
    suites: `${eventDamage}:EventLogArchive*`,
  },
  {
    name: 'an index entry is not checked',
    file: 'log/event_format.cc',
    find: '!= EntryChecksum(file_seed, index, source)) return false;',
    replace: '== 0) return false;',
    suites: `${eventDamage}:EventFormat*`,
  },
  {
    name: 'a cursor does not check payloads',
    file: 'log/record_reader.cc',
    find: '  if (checksum != header->payload_checksum)',
    replace: '  if (false)',
    suites: eventDamage,
  },
  {
    name: 'a search for a time takes the last segment before it',
    file: 'log/segment_shelf.cc',
    find: 'return segment.last_time < time_micros;',
    replace: 'return segment.first_time < time_micros;',
    suites: `${eventUnit}:${eventModel}`,
  },
  {
    name: 'a segment that never began is removed before the catalog forgets it',
    file: 'log/event_open.cc',
    find: '  const uint64_t newest = tail.number == 0 ? finished.size() : tail.number;\n',
    replace:
      '  const uint64_t newest = tail.number == 0 ? finished.size() : tail.number;\n  for (const TailCut& cut : recovered->verdict.cuts)\n    if (cut.offset == 0) LS_RETURN_IF_ERROR(RemoveLive(EventSegmentName(cut.segment)));\n',
    suites: eventPower,
  },
  {
    name: 'the epoch of finished segments is forgotten',
    file: 'log/segment_shelf.cc',
    find: '  summary.epoch = tail_.end.epoch;\n',
    replace: '',
    suites: `${eventUnit}:${eventModel}`,
  },
  {
    name: 'live files of archived segments stay',
    file: 'log/event_open.cc',
    find: 'leftover = env_->FileSize(copy, &size).ok() && size == finished[number - 1].size;',
    replace: 'leftover = false;',
    suites: 'EventLogArchive*',
  },
  {
    name: 'the index under way is taken as it is',
    file: 'log/index_writer.cc',
    find: '    if (size > right) LS_RETURN_IF_ERROR(env_->TruncateFile(path_, right));\n',
    replace: '',
    suites: `${eventDamage}:${eventPower}`,
  },
  // Ingestions
  {
    name: 'an ingestion does not wait for the memtables to be flushed',
    file: 'store/write.cc',
    find: 'ingest && !*needs_switch}',
    replace: 'false}',
    suites: `StoreIngest*:${model}`,
  },
  {
    name: 'ingested tables go among those that meet them',
    file: 'compaction/ingest_placement.cc',
    find: 'std::clamp(level - 1, 0, bottom)',
    replace: 'std::clamp(level, 0, bottom)',
    suites: `IngestPlacement*:${model}`,
  },
  {
    name: 'transactions do not hear of an ingestion',
    file: 'store/ingest.cc',
    find: '    window_floor_ = ingest.sequence;\n',
    replace: '',
    suites: 'StoreIngest*',
  },
  {
    name: 'readers of changes pass over an ingestion',
    file: 'store/ingest.cc',
    find: '  feed_.SetIngested(ingest.sequence);\n',
    replace: '',
    suites: 'StoreIngest*',
  },
  {
    name: 'the manifest does not hear of the sequence of an ingestion',
    file: 'store/ingest.cc',
    find: '  edit->last_sequence = ingest.sequence;\n',
    replace: '',
    suites: `StoreIngest*:${model}:${power}`,
  },
  {
    name: 'the log does not hear of an ingestion',
    file: 'store/ingest.cc',
    find: '  LS_RETURN_IF_ERROR(writer_->Append({log::RecordType::kIngested, sequence, 1}, {}));\n',
    replace: '  (void)sequence;\n',
    suites: damage,
  },
  {
    name: 'a manifest that lacks an ingestion is taken',
    file: 'store/recover.cc',
    find: '  if (last >= header.first_sequence) return Status::Ok();\n',
    replace: '  if (last >= 0) return Status::Ok();\n',
    suites: damage,
  },
  {
    name: 'tables of a refused ingestion stay',
    file: 'store/ingestion.cc',
    find: '  (void)host_->RemoveTables(tables->tables);\n',
    replace: '',
    suites: 'StoreIngest*',
  },
  {
    name: 'closing the store leaves an ingestion alone',
    file: 'store/close.cc',
    find: '  AbandonIngestion();\n',
    replace: '',
    suites: 'StoreIngest*',
  },
  // Verification
  {
    name: 'a verification does not wait for its rate',
    file: 'store/verification.cc',
    find: '*wait_micros = pace_.Take(',
    replace: '*wait_micros = 0 * pace_.Take(',
    suites: 'StoreVerify*',
  },
  {
    name: 'a verification goes on after the store is closed',
    file: 'store/verification.cc',
    find: '  if (source_.closed()) return Status::Closed("the store");\n',
    replace: '',
    suites: 'StoreVerify*',
  },
]
