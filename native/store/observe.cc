// Seeing inside: events, fail-stop, stalls, traces.
#include "store/store_impl.h"

namespace ledgerstone {

void StoreImpl::Notify(Event event) {
  if (tracer_.on()) tracer_.AddInstant(EventText(event));
  if (listener_ != nullptr) listener_->OnEvent(event);
}

void StoreImpl::Notify(Event::Kind kind, std::string detail, uint64_t bytes, uint64_t micros,
                       Status status) {
  Notify({.kind = kind,
          .bytes = bytes,
          .micros = micros,
          .detail = std::move(detail),
          .status = std::move(status)});
}

Status StoreImpl::FailStop(const Status& cause) {
  LS_CHECK(!cause.ok());
  {
    const std::lock_guard lock(mutex_);
    if (!failure_.ok()) return failure_;
    failure_ = cause;
  }
  read_only_.store(true, std::memory_order_relaxed);
  feed_.Stop(cause.As(StatusCode::kReadOnly, "the store is read-only"));
  Notify(Event::Kind::kFailStop, "read-only until reopened", 0, 0, cause);
  SettleFlushWaiters(cause);
  ScheduleCommit();
  ScheduleCompaction();
  return cause;
}

Status StoreImpl::FailureCause() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

Status StoreImpl::StartTrace(const std::string& path, uint64_t bytes_max) {
  if (closed_.load(std::memory_order_acquire)) return Status::Closed("the store");
  return tracer_.Start(path, "ledgerstone " + path_, bytes_max);
}

void StoreImpl::NoteToldCommits(const CommitGroup& group) {
  const uint64_t now = env_->NowMicros();
  for (const CommitRequest& request : group.requests) {
    if (request.kind == CommitRequest::Kind::kFlush) continue;
    const auto durability = static_cast<size_t>(request.durability);
    latencies_.commit[durability].Record(now - request.queued_micros);
  }
}

// A slowdown is told by its span alone: there may be one for each group.
void StoreImpl::NoteStall(StallCause cause, uint64_t began, uint64_t micros) {
  counters_.AddStall(cause, micros);
  if (tracer_.on()) {
    const std::string arguments = "\"cause\":\"" + std::string(StallCauseName(cause)) + "\"";
    tracer_.AddSpan(Lane::kCommit, "stall", began, began + micros, arguments);
  }
  if (cause == StallCause::kSlowdown) return;
  Notify({.kind = Event::Kind::kStallEnded, .micros = micros, .stall = cause});
}

void StoreImpl::NoteFlushed(const VersionEdit& edit) {
  Counters::Add(counters_.flushes, 1);
  if (!edit.new_tables.empty())
    last_flush_micros_.store(env_->NowMicros(), std::memory_order_relaxed);
  const VersionPtr version = versions_->current();
  for (const auto& table : edit.new_tables) {
    Counters::Add(counters_.flush_bytes, table.meta.size);
    const Tree* tree = version->Find(table.namespace_id);
    if (tree != nullptr) Counters::Add((*tree->counters)[0].bytes_written, table.meta.size);
  }
}

void StoreImpl::NoteIngested(const VersionEdit& edit) {
  const VersionPtr version = versions_->current();
  for (const auto& table : edit.new_tables) {
    const Tree* const tree = version->Find(table.namespace_id);
    if (tree == nullptr) continue;
    LevelCounters& level = (*tree->counters)[static_cast<size_t>(table.level)];
    Counters::Add(level.bytes_written, table.meta.size);
  }
}

void StoreImpl::NoteCompacted(const Tree& tree, const CompactionChoice& choice,
                              const CompactionResult& result, uint64_t micros) {
  const bool moved = choice.kind == CompactionChoice::Kind::kMove;
  Counters::Add(moved ? counters_.moves : counters_.compactions, 1);
  Counters::Add(counters_.compaction_bytes_read, result.bytes_read);
  Counters::Add(counters_.compaction_bytes_written, result.bytes_written);
  LevelCounters& level = (*tree.counters)[static_cast<size_t>(choice.output_level)];
  Counters::Add(level.bytes_read, result.bytes_read);
  Counters::Add(level.bytes_written, result.bytes_written);
  const uint64_t outputs = moved ? choice.inputs.size() : result.outputs.size();
  Notify({.kind = moved ? Event::Kind::kMoved : Event::Kind::kCompacted,
          .bytes = result.bytes_written,
          .micros = micros,
          .detail = tree.info.name + ": " + std::to_string(choice.inputs.size()) + "@L" +
                    std::to_string(choice.input_level) + " + " +
                    std::to_string(choice.output_inputs.size()) + "@L" +
                    std::to_string(choice.output_level) + " -> " + std::to_string(outputs),
          .namespace_name = tree.info.name,
          .input_level = choice.input_level,
          .output_level = choice.output_level,
          .input_tables = choice.inputs.size(),
          .met_tables = choice.output_inputs.size(),
          .output_tables = outputs});
}

}  // namespace ledgerstone
