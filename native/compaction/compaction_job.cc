#include "compaction/compaction_job.h"

#include <utility>

#include "base/checks.h"
#include "base/merging_iterator.h"
#include "compaction/entry_filter.h"
#include "compaction/output_cutter.h"
#include "compaction/output_tables.h"

namespace ledgerstone {
namespace {

constexpr uint32_t kReadaheadBytes = 512 * 1024;

std::unique_ptr<InternalIterator> MergeInputs(const CompactionChoice& choice) {
  TableReadOptions options;
  options.fill_cache = false;
  options.readahead_bytes = kReadaheadBytes;
  std::vector<std::unique_ptr<InternalIterator>> sources;
  const std::span<const TableFilePtr> inputs(choice.inputs);
  if (choice.input_level == 0) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      sources.push_back(NewLevelIterator(inputs.subspan(i, 1), options));
    }
  } else {
    sources.push_back(NewLevelIterator(inputs, options));
  }
  if (!choice.output_inputs.empty()) {
    sources.push_back(NewLevelIterator(choice.output_inputs, options));
  }
  return NewMergingIterator(std::move(sources));
}

// Asks whether to stop once per block's worth of bytes.
class Cancellation {
 public:
  explicit Cancellation(const CompactionContext& context) : context_(context) {}

  bool Due(size_t bytes) {
    if (!context_.cancelled) return false;
    if (left_ > bytes) {
      left_ -= bytes;
      return false;
    }
    left_ = context_.table_options.block_bytes;
    return context_.cancelled();
  }

 private:
  const CompactionContext& context_;
  uint64_t left_ = 0;
};

// Writes what the filter keeps of `source`, from its first entry on.
template <typename IsBottom>
Status WriteKept(InternalIterator* source, EntryFilter<IsBottom> filter, OutputCutter cutter,
                 const CompactionContext& context, CompactionResult* result) {
  OutputTables output(context);
  Cancellation cancellation(context);
  std::string last_kept;
  uint64_t dropped = 0;
  for (source->SeekToFirst(); source->Valid(); source->Next()) {
    const Slice key = source->key();
    const Slice value = source->value();
    if (cancellation.Due(key.size() + value.size())) return Status::Aborted();
    const Slice user_key = UserKeyOf(key);
    if (!filter.Keep(user_key, TrailerOf(key))) {
      ++dropped;
      continue;
    }
    if (const uint64_t bytes = output.CurrentBytes(); bytes == 0 || last_kept != user_key) {
      if (cutter.CutBefore(user_key, bytes)) LS_RETURN_IF_ERROR(output.Cut());
      last_kept.assign(user_key);
    }
    LS_RETURN_IF_ERROR(output.Add(key, value));
  }
  LS_RETURN_IF_ERROR(source->status());
  LS_RETURN_IF_ERROR(output.Finish(&result->outputs));
  result->bytes_written = 0;
  for (const TableMeta& table : result->outputs) result->bytes_written += table.size;
  result->entries_dropped = dropped;
  return Status::Ok();
}

}  // namespace

Status RunCompaction(const CompactionChoice& choice, const Tree& tree,
                     const CompactionContext& context, CompactionResult* result) {
  LS_CHECK(choice.kind == CompactionChoice::Kind::kMerge && !choice.inputs.empty());
  LS_CHECK(choice.namespace_id == tree.info.id);
  const auto is_bottom = [&](Slice user_key) {
    return choice.bottom || tree.IsBottomFor(choice.output_level, user_key);
  };
  const auto source = MergeInputs(choice);
  result->bytes_read = BytesOf(choice.inputs) + BytesOf(choice.output_inputs);
  return WriteKept(source.get(), EntryFilter(context.snapshots, is_bottom),
                   OutputCutter(context.table_bytes, choice.grandparents), context, result);
}

Status WriteTables(InternalIterator* source, const CompactionContext& context,
                   CompactionResult* result) {
  const auto is_bottom = [](Slice) { return false; };
  return WriteKept(source, EntryFilter(context.snapshots, is_bottom),
                   OutputCutter(kFlushTableFactor * context.table_bytes, {}), context, result);
}

TableOptions TableOptionsFor(const NamespaceOptions& options, uint32_t block_bytes, bool bottom) {
  TableOptions table;
  table.block_bytes = block_bytes;
  table.filter_bits_per_key = options.filter_bits_per_key;
  table.compression = bottom ? options.bottom_compression : options.compression;
  return table;
}

VersionEdit MakeCompactionEdit(const CompactionChoice& choice, const CompactionResult& result) {
  VersionEdit edit;
  for (const auto& file : choice.inputs) {
    edit.deleted_tables.push_back({choice.namespace_id, choice.input_level, file->meta().number});
    if (choice.kind == CompactionChoice::Kind::kMove) {
      edit.new_tables.push_back({choice.namespace_id, choice.output_level, file->meta()});
    }
  }
  for (const auto& file : choice.output_inputs) {
    edit.deleted_tables.push_back({choice.namespace_id, choice.output_level, file->meta().number});
  }
  for (const TableMeta& meta : result.outputs) {
    edit.new_tables.push_back({choice.namespace_id, choice.output_level, meta});
  }
  return edit;
}

}  // namespace ledgerstone
