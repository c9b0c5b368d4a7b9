#include "compaction/compaction_job.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/random.h"
#include "compaction/output_cutter.h"
#include "testing/seed.h"
#include "testing/tree_world.h"
#include "version/file_names.h"
#include "version/version_builder.h"

namespace ledgerstone {
namespace {

// A choice from L5 to L6 over a tree that holds just these tables.
struct Job {
  TreeWorld world;
  Tree tree;
  CompactionChoice choice;
  CompactionResult result;

  Job() {
    tree.info.id = 1;
    choice.namespace_id = 1;
    choice.input_level = 5;
    choice.output_level = 6;
  }
  void AddInput(const std::string& entries) {
    choice.inputs.push_back(world.MakeTable(Entries(entries)));
    tree.levels[static_cast<size_t>(choice.input_level)].push_back(choice.inputs.back());
  }
  void AddOutputInput(const std::string& entries) {
    choice.output_inputs.push_back(world.MakeTable(Entries(entries)));
    tree.levels[6].push_back(choice.output_inputs.back());
  }
  Status Run(const CompactionContext& context) {
    return RunCompaction(choice, tree, context, &result);
  }
  // The outputs, a bar between tables.
  std::string Outputs() {
    std::string text;
    for (const auto& file : world.OpenTables(result.outputs)) {
      if (!text.empty()) text += " | ";
      text += EntriesText(world.Read({file}));
    }
    return text;
  }
};

std::string Padded(Slice key) { return std::string(key) + std::string(200, 'v'); }

// `count` keys "k00…" of 200 bytes of value each, with the given sequence.
std::vector<InternalEntry> WideEntries(int count, Sequence sequence) {
  std::vector<InternalEntry> entries;
  for (int i = 0; i < count; ++i) {
    const std::string key = "k" + std::to_string(100 + i);
    entries.push_back({MakeKey(key, sequence), Padded(key)});
  }
  return entries;
}

TEST(CompactionJob, MergesInputsAndDropsWhatNobodyCanSee) {
  Job job;
  job.AddInput("a9 b8- c7");
  job.AddInput("d6 e5-");
  job.AddOutputInput("a1 b2 d3 f4");
  ASSERT_TRUE(job.Run(job.world.JobContext({9})).ok());
  EXPECT_EQ(job.Outputs(), "a9 c7 d6 f4");
  EXPECT_EQ(job.result.entries_dropped, 5u);
  ASSERT_EQ(job.result.outputs.size(), 1u);
  const TableMeta& meta = job.result.outputs.front();
  EXPECT_EQ(meta.entry_count, 4u);
  EXPECT_EQ(meta.tombstone_count, 0u);
  EXPECT_EQ(meta.smallest, MakeKey("a", 9));
  EXPECT_EQ(meta.largest, MakeKey("f", 4));
  EXPECT_EQ(meta.smallest_sequence, 4u);
  EXPECT_EQ(meta.largest_sequence, 9u);
  EXPECT_EQ(job.result.bytes_written, meta.size);
  EXPECT_GT(job.result.bytes_read, meta.size);
  EXPECT_EQ(job.world.env().UnsyncedBytes("db/" + TableName(meta.number)), 0u);
}

TEST(CompactionJob, KeepsTombstonesThatHideDeeperData) {
  Job job;
  job.choice.input_level = 3;
  job.choice.output_level = 4;
  job.AddInput("a9- m8-");
  job.tree.levels[5].push_back(job.world.MakeTable(Entries("a1 b2")));
  ASSERT_TRUE(job.Run(job.world.JobContext({9})).ok());
  EXPECT_EQ(job.Outputs(), "a9-");
}

TEST(CompactionJob, KeepsVersionsThatSnapshotsSee) {
  Job job;
  job.AddInput("a9 a5 a3");
  job.AddOutputInput("a1");
  ASSERT_TRUE(job.Run(job.world.JobContext({2, 6, 9})).ok());
  EXPECT_EQ(job.Outputs(), "a9 a5 a1");
}

TEST(CompactionJob, MergesOverlappingL0Tables) {
  Job job;
  job.choice.input_level = 0;
  job.AddInput("a9 c8");
  job.AddInput("b7 c6-");
  ASSERT_TRUE(job.Run(job.world.JobContext({9})).ok());
  EXPECT_EQ(job.Outputs(), "a9 b7 c8");
}

TEST(CompactionJob, MayLeaveNothingAtAll) {
  Job job;
  job.AddInput("a9- b8-");
  ASSERT_TRUE(job.Run(job.world.JobContext({9})).ok());
  EXPECT_TRUE(job.result.outputs.empty());
  EXPECT_EQ(job.result.entries_dropped, 2u);
  EXPECT_EQ(job.world.env().ListImages().size(), 1u);
}

TEST(CompactionJob, CutsOutputsAtTheirSize) {
  Job job;
  job.choice.inputs.push_back(job.world.MakeTable(WideEntries(40, 5)));
  job.tree.levels[5] = job.choice.inputs;
  CompactionContext context = job.world.JobContext({5});
  context.table_bytes = 2000;
  ASSERT_TRUE(job.Run(context).ok());
  ASSERT_GT(job.result.outputs.size(), 3u);
  EXPECT_EQ(job.world.Read(job.world.OpenTables(job.result.outputs)), WideEntries(40, 5));
  for (const TableMeta& meta : job.result.outputs) EXPECT_LT(meta.size, 2u * 2000);
}

TEST(CompactionJob, NeverCutsBetweenVersionsOfAKey) {
  Job job;
  std::vector<InternalEntry> entries;
  std::vector<Sequence> snapshots;
  for (Sequence sequence = 60; sequence > 0; --sequence) {
    entries.push_back({MakeKey("hot", sequence), Padded("hot")});
    snapshots.insert(snapshots.begin(), sequence);
  }
  entries.push_back({MakeKey("next", 3), "n"});
  job.choice.inputs.push_back(job.world.MakeTable(entries));
  job.tree.levels[5] = job.choice.inputs;
  CompactionContext context = job.world.JobContext(snapshots);
  context.table_bytes = 1000;
  ASSERT_TRUE(job.Run(context).ok());
  ASSERT_EQ(job.result.outputs.size(), 2u);
  EXPECT_EQ(job.result.outputs[0].entry_count, 60u);
  EXPECT_EQ(job.result.outputs[1].smallest, MakeKey("next", 3));
}

TEST(OutputCutter, CutsWhereTheLevelBelowWouldBeOverlappedTooMuch) {
  TreeWorld world;
  std::vector<TableFilePtr> grandparents;
  for (const char key : {'b', 'd', 'f', 'h'}) {
    TableMeta meta;
    meta.size = 600;
    meta.smallest = meta.largest = MakeKey(Slice(&key, 1), 1);
    grandparents.push_back(world.PretendTable(meta));
  }
  OutputCutter cutter(100, grandparents);
  EXPECT_FALSE(cutter.CutBefore("a", 0));
  EXPECT_FALSE(cutter.CutBefore("c", 50));
  EXPECT_TRUE(cutter.CutBefore("e", 60)) << "1,200 bytes lie below, more than ten tables";
  EXPECT_FALSE(cutter.CutBefore("g", 10));
  EXPECT_TRUE(cutter.CutBefore("g", 100)) << "the table is as large as wanted";
  EXPECT_FALSE(cutter.CutBefore("i", 10));
}

TEST(CompactionJob, RemovesItsOutputsWhenAnyWriteFails) {
  Job sample;
  sample.choice.inputs.push_back(sample.world.MakeTable(WideEntries(40, 5)));
  sample.tree.levels[5] = sample.choice.inputs;
  CompactionContext context = sample.world.JobContext({5});
  context.table_bytes = 2000;
  const auto before = sample.world.env().ListImages();
  int failures = 0;
  for (const DiskOperationKind kind :
       {DiskOperationKind::kCreate, DiskOperationKind::kAppend, DiskOperationKind::kSync,
        DiskOperationKind::kClose, DiskOperationKind::kSyncDirectory, DiskOperationKind::kRead}) {
    for (uint64_t nth = 0;; ++nth) {
      sample.choice.inputs = sample.world.OpenTables({sample.tree.levels[5].front()->meta()});
      Fault fault = Fault::ErrorAt(nth);
      fault.only_kind = kind;
      sample.world.env().SetFaultPlan(FaultPlan(fault));
      const Status status = sample.Run(context);
      const bool fired = sample.world.env().faults_fired() > 0;
      sample.world.env().SetFaultPlan({});
      if (!fired) {
        EXPECT_TRUE(status.ok());
        for (const TableMeta& meta : sample.result.outputs) {
          sample.world.env().RemoveImage("db/" + TableName(meta.number));
        }
        break;
      }
      ++failures;
      EXPECT_EQ(status.code(), StatusCode::kIoError) << DiskOperationName(kind) << " " << nth;
      EXPECT_EQ(sample.world.env().ListImages(), before) << DiskOperationName(kind) << " " << nth;
    }
  }
  EXPECT_GT(failures, 20);
  EXPECT_EQ(sample.world.env().misuse().total(), 0u);
}

TEST(CompactionJob, EndsWithTheErrorOfADamagedInput) {
  Job job;
  job.choice.inputs.push_back(job.world.MakeTable(WideEntries(40, 5)));
  job.tree.levels[5] = job.choice.inputs;
  const TableMeta meta = job.choice.inputs.front()->meta();
  job.world.env().CorruptByte("db/" + TableName(meta.number), meta.size / 2, 0x10);
  const Status status = job.Run(job.world.JobContext({5}));
  EXPECT_EQ(status.code(), StatusCode::kCorruption);
  EXPECT_EQ(status.place().file, TableName(meta.number));
  EXPECT_EQ(job.world.env().ListImages().size(), 1u);
}

TEST(CompactionJob, StopsWhenCancelledAndCleansUp) {
  Job job;
  job.choice.inputs.push_back(job.world.MakeTable(WideEntries(40, 5)));
  job.tree.levels[5] = job.choice.inputs;
  CompactionContext context = job.world.JobContext({5});
  int asked = 0;
  context.cancelled = [&] { return ++asked == 10; };
  EXPECT_EQ(job.Run(context).code(), StatusCode::kAborted);
  EXPECT_EQ(job.world.env().ListImages().size(), 1u);
  context.cancelled = [&] { return false; };
  EXPECT_TRUE(job.Run(context).ok());
}

TEST(WriteTables, WritesAMemtableAsOneTable) {
  TreeWorld world;
  VectorIterator source(Entries("a9 a7- a3 b8- c5"));
  CompactionResult result;
  ASSERT_TRUE(WriteTables(&source, world.JobContext({4, 9}), &result).ok());
  EXPECT_EQ(EntriesText(world.Read(world.OpenTables(result.outputs))), "a9 a3 b8- c5");
  EXPECT_EQ(result.entries_dropped, 1u);
  ASSERT_TRUE(WriteTables(&source, world.JobContext({9}), &result).ok());
  EXPECT_EQ(EntriesText(world.Read(world.OpenTables(result.outputs))), "a9 b8- c5");
}

TEST(WriteTables, CutsOnlyATableThatIsFarTooLarge) {
  TreeWorld world;
  CompactionContext context = world.JobContext({5});
  CompactionResult result;
  VectorIterator source(WideEntries(100, 5));
  context.table_bytes = 4000;
  ASSERT_TRUE(WriteTables(&source, context, &result).ok());
  EXPECT_EQ(result.outputs.size(), 1u);
  context.table_bytes = 1000;
  ASSERT_TRUE(WriteTables(&source, context, &result).ok());
  EXPECT_GE(result.outputs.size(), 3u);
  EXPECT_LE(result.outputs.size(), 4u);
  EXPECT_EQ(world.Read(world.OpenTables(result.outputs)), WideEntries(100, 5));
}

TEST(WriteTables, EndsWithTheSourcesError) {
  TreeWorld world;
  VectorIterator source(Entries("a9 b8 c7"), 2);
  CompactionResult result;
  const Status status = WriteTables(&source, world.JobContext({9}), &result);
  EXPECT_EQ(status.code(), StatusCode::kIoError);
  EXPECT_TRUE(world.env().ListImages().empty());
}

TEST(MakeCompactionEdit, ReplacesInputsByOutputs) {
  Job job;
  job.AddInput("a9");
  job.AddOutputInput("a1");
  ASSERT_TRUE(job.Run(job.world.JobContext({9})).ok());
  const VersionEdit edit = MakeCompactionEdit(job.choice, Tree{}, job.result);
  ASSERT_EQ(edit.deleted_tables.size(), 2u);
  EXPECT_EQ(edit.deleted_tables[0].level, 5);
  EXPECT_EQ(edit.deleted_tables[1].level, 6);
  ASSERT_EQ(edit.new_tables.size(), 1u);
  EXPECT_EQ(edit.new_tables[0].level, 6);
  job.choice.kind = CompactionChoice::Kind::kMove;
  job.choice.output_inputs.clear();
  const VersionEdit move = MakeCompactionEdit(job.choice, Tree{}, {});
  ASSERT_EQ(move.new_tables.size(), 1u);
  EXPECT_EQ(move.new_tables[0].meta.number, move.deleted_tables[0].number);
}

TEST(TableOptionsFor, TakesTheBottomsCompressionAtTheBottom) {
  NamespaceOptions options;
  options.filter_bits_per_key = 7;
  EXPECT_EQ(TableOptionsFor(options, 4096, false).compression, Compression::kLz4);
  const TableOptions bottom = TableOptionsFor(options, 8192, true);
  EXPECT_EQ(bottom.compression, Compression::kZstd);
  EXPECT_EQ(bottom.block_bytes, 8192u);
  EXPECT_EQ(bottom.filter_bits_per_key, 7u);
}

// Random puts and deletes through flushes and whatever the picker wants, against a map of versions.
class CompactionModel {
 public:
  explicit CompactionModel(uint64_t seed) : random_(seed), world_(seed) {
    tree_.info.id = 1;
    tree_.info.name = "default";
    options_ = {4000, 1000, 4, 3, 4000, 4, 0};
  }

  void Run() {
    for (int round = 0; round < 60; ++round) {
      Flush();
      if (random_.OneIn(4)) snapshots_.push_back(last_);
      if (!snapshots_.empty() && random_.OneIn(4)) {
        const auto at = static_cast<ptrdiff_t>(random_.Below(snapshots_.size()));
        snapshots_.erase(snapshots_.begin() + at);
      }
      for (int i = 0; i < 200 && CompactOnce(); ++i) ASSERT_LT(i, 199) << "compaction never ends";
      ASSERT_NO_FATAL_FAILURE(CheckReads());
    }
    EXPECT_GT(merges_, 20);
  }

 private:
  std::vector<Sequence> Snapshots() const {
    std::vector<Sequence> all = snapshots_;
    if (all.empty() || all.back() != last_) all.push_back(last_);
    return all;
  }

  void Install(const VersionEdit& edit) {
    Version version;
    version.trees[1] = std::make_shared<Tree>(tree_);
    VersionBuilder builder(version, world_.context());
    VersionPtr next;
    ASSERT_TRUE(builder.Apply(edit, {}).ok());
    ASSERT_TRUE(builder.Finish(&next).ok());
    tree_ = *next->Find(1);
  }

  void Flush() {
    std::vector<InternalEntry> entries;
    for (uint64_t i = 1 + random_.Below(20); i > 0; --i) {
      const std::string key = "key" + std::to_string(100 + random_.Below(100));
      const bool deletes = random_.OneIn(3);
      const std::string value = deletes ? "" : Padded(std::to_string(++last_));
      if (deletes) ++last_;
      const EntryKind kind = deletes ? EntryKind::kDelete : EntryKind::kPut;
      entries.push_back({MakeKey(key, last_, kind), value});
      history_[key].push_back({last_, deletes ? "absent" : value});
    }
    std::sort(entries.begin(), entries.end(), EntryBefore);
    VectorIterator source(entries);
    CompactionResult result;
    CompactionContext context = world_.JobContext(Snapshots());
    ASSERT_TRUE(WriteTables(&source, context, &result).ok());
    VersionEdit edit;
    for (const TableMeta& meta : result.outputs) edit.new_tables.push_back({1, 0, meta});
    Install(edit);
  }

  bool CompactOnce() {
    Version version;
    version.trees[1] = std::make_shared<Tree>(tree_);
    options_.oldest_snapshot = Snapshots().front();
    const auto choice = PickCompaction(version, options_, {});
    if (!choice) return false;
    CompactionResult result;
    if (choice->kind == CompactionChoice::Kind::kMerge) {
      CompactionContext context = world_.JobContext(Snapshots());
      context.table_bytes = options_.table_bytes;
      const Status status = RunCompaction(*choice, *version.Find(1), context, &result);
      EXPECT_TRUE(status.ok()) << status.ToString();
      if (!status.ok()) return false;
      ++merges_;
    }
    Install(MakeCompactionEdit(*choice, tree_, result));
    return !testing::Test::HasFatalFailure();
  }

  void CheckReads() {
    for (const auto& [key, versions] : history_) {
      for (const Sequence snapshot : Snapshots()) {
        std::string expected = "absent";
        for (const auto& [sequence, value] : versions) {
          if (sequence <= snapshot) expected = value;
        }
        TableLookup lookup;
        ASSERT_TRUE(tree_.Get(key, snapshot, {}, &lookup).ok());
        const bool found = lookup.outcome == TableLookup::Outcome::kFound;
        const std::string value = found ? std::string(lookup.value) : "absent";
        ASSERT_EQ(value, expected) << key << " @" << snapshot;
      }
    }
  }

  Random random_;
  TreeWorld world_;
  Tree tree_;
  PickerOptions options_;
  std::vector<Sequence> snapshots_;
  Sequence last_ = 0;
  std::map<std::string, std::vector<std::pair<Sequence, std::string>>> history_;
  int merges_ = 0;
};

TEST(CompactionModel, ReadsTheSameAtEverySnapshotWhateverIsCompacted) {
  const uint64_t seed = PrintedSeed(20240119);
  for (uint64_t round = 0; round < 8; ++round) {
    SCOPED_TRACE("LEDGERSTONE_SEED=" + std::to_string(seed + round));
    CompactionModel(seed + round).Run();
    if (testing::Test::HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace ledgerstone
