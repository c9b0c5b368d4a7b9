#include "compaction/compaction_job.h"

#include <algorithm>
#include <utility>

#include "base/checks.h"
#include "base/merging_iterator.h"
#include "compaction/output_cutter.h"
#include "compaction/output_tables.h"

namespace ledgerstone {
namespace {

constexpr uint32_t kReadaheadBytes = 512 * 1024;
constexpr int kErasedBeforeSkip = 8;

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

// Writes what the filter makes of `source`, from its first entry on.
template <typename IsBottom>
Status WriteFiltered(InternalIterator* source, IsBottom is_bottom, OutputCutter cutter,
                     const CompactionContext& context, CompactionResult* result) {
  OutputTables output(context);
  Cancellation cancellation(context);
  std::string last_key;
  std::string key;
  uint64_t read = 0;
  uint64_t written = 0;
  const auto write = [&](Slice user_key, uint64_t trailer, Slice value) {
    if (const uint64_t bytes = output.CurrentBytes(); bytes == 0 || last_key != user_key) {
      if (cutter.CutBefore(user_key, bytes)) LS_RETURN_IF_ERROR(output.Cut());
      last_key.assign(user_key);
    }
    ++written;
    key.clear();
    AppendInternalKey(&key, user_key, trailer);
    return output.Add(key, value);
  };
  EntryFilter filter(context.rules, is_bottom, write);
  int erased_in_a_row = 0;
  source->SeekToFirst();
  while (source->Valid()) {
    const Slice internal_key = source->key();
    const Slice value = source->value();
    if (cancellation.Due(internal_key.size() + value.size())) return Status::Aborted();
    ++read;
    LS_RETURN_IF_ERROR(filter.Add(UserKeyOf(internal_key), TrailerOf(internal_key), value));
    source->Next();
    const RangeTombstone* const erased_by = filter.erased_by();
    erased_in_a_row = erased_by == nullptr ? 0 : erased_in_a_row + 1;
    if (erased_in_a_row >= kErasedBeforeSkip && source->Valid()) {
      source->SkipErased(*erased_by, true);
    }
  }
  LS_RETURN_IF_ERROR(source->status());
  LS_RETURN_IF_ERROR(filter.Finish());
  LS_RETURN_IF_ERROR(output.Finish(&result->outputs));
  result->bytes_written = 0;
  for (const TableMeta& table : result->outputs) result->bytes_written += table.size;
  result->entries_dropped = read - written;
  return Status::Ok();
}

bool IsInput(const CompactionChoice& choice, uint64_t number) {
  const auto named = [&](const TableFilePtr& file) { return file->meta().number == number; };
  return std::any_of(choice.inputs.begin(), choice.inputs.end(), named) ||
         std::any_of(choice.output_inputs.begin(), choice.output_inputs.end(), named);
}

// Whether any table of the tree after the choice may hold something the tombstone erases.
bool StillNeeded(const RangeTombstone& tombstone, const CompactionChoice& choice, const Tree& tree,
                 const CompactionResult& result) {
  for (const auto& level : tree.levels) {
    for (const TableFilePtr& file : level) {
      const bool stays =
          choice.kind == CompactionChoice::Kind::kMove || !IsInput(choice, file->meta().number);
      if (stays && Tree::MayHoldErased(file->meta(), tombstone)) return true;
    }
  }
  return std::any_of(result.outputs.begin(), result.outputs.end(),
                     [&](const TableMeta& meta) { return Tree::MayHoldErased(meta, tombstone); });
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
  return WriteFiltered(source.get(), is_bottom,
                       OutputCutter(context.table_bytes, choice.grandparents), context, result);
}

Status WriteTables(InternalIterator* source, const CompactionContext& context,
                   CompactionResult* result) {
  const auto is_bottom = [](Slice) { return false; };
  return WriteFiltered(source, is_bottom, OutputCutter(kFlushTableFactor * context.table_bytes, {}),
                       context, result);
}

TableOptions TableOptionsFor(const NamespaceOptions& options, uint32_t block_bytes, bool bottom) {
  TableOptions table;
  table.block_bytes = block_bytes;
  table.filter_bits_per_key = options.filter_bits_per_key;
  table.compression = bottom ? options.bottom_compression : options.compression;
  return table;
}

VersionEdit MakeCompactionEdit(const CompactionChoice& choice, const Tree& tree,
                               const CompactionResult& result) {
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
  if (tree.range_tombstones == nullptr) return edit;
  for (const RangeTombstone& tombstone : tree.range_tombstones->all()) {
    if (!StillNeeded(tombstone, choice, tree, result))
      edit.ended_range_deletes.push_back({choice.namespace_id, tombstone.sequence});
  }
  return edit;
}

}  // namespace ledgerstone
