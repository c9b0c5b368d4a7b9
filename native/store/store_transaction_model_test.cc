// Random transactions, several open at a time, interleaved with plain writes, flushes and
// compactions by a seed: what each committed one has read is compared with a sorted map that is
// brought forward in commit order. With a part of the read set kept from the engine the same
// comparison must fail.
#include <gtest/gtest.h>

#include <deque>

#include "testing/seed.h"
#include "testing/store_world.h"

namespace ledgerstone {
namespace {

using Entries = std::vector<std::pair<std::string, std::string>>;

struct Observed {
  bool is_range = false;
  std::string lower;
  std::string upper;  // exclusive, or inclusive when the limit ended the walk
  bool upper_inclusive = false;
  Entries found;
};

struct Transaction {
  uint64_t id = 0;
  ReadSet reads;
  std::vector<Observed> observed;
  KeyValues writes;
};

// What is kept from the engine.
enum class Blindness { kNone, kKeys, kRanges };

class TransactionRun {
 public:
  TransactionRun(uint64_t seed, Blindness blindness)
      : random_(seed), blindness_(blindness), env_(seed), world_(&env_, seed) {
    EXPECT_TRUE(world_.Open().ok());
    space_ = world_.Open("a");
  }

  // The number of reads of committed transactions that no serial order in commit order explains.
  uint64_t Run(int steps) {
    for (int step = 0; step < steps; ++step) Step();
    while (!open_.empty()) CommitOne();
    world_.scheduler().WaitUntil([this] { return waiting_ == 0; });
    return anomalies_;
  }
  uint64_t committed() const { return committed_; }
  uint64_t conflicts() const { return conflicts_; }

 private:
  void Step() {
    const uint64_t choice = random_.Below(100);
    if (choice < 25 && open_.size() < 5) {
      open_.emplace_back().id = world_.store().BeginTransaction();
    } else if (choice < 60 && !open_.empty()) {
      ReadOrWrite(&open_[random_.Below(open_.size())]);
    } else if (choice < 75) {
      CommitOne();
    } else if (choice < 80) {
      PlainWrite();
    } else if (choice < 98) {
      (void)world_.scheduler().RunOne();
    } else {
      EXPECT_TRUE(world_.Flush().ok());
    }
  }
  std::string Key() { return "k" + std::to_string(10 + random_.Below(30)); }

  void ReadOrWrite(Transaction* transaction) {
    if (random_.OneIn(3)) {
      transaction->writes[Key()] = std::to_string(++values_);
    } else if (random_.OneIn(2)) {
      ReadKey(transaction);
    } else {
      ReadRange(transaction);
    }
  }
  void ReadKey(Transaction* transaction) {
    const std::string key = Key();
    Observed seen{false, key, key, true, {}};
    const auto value = world_.Get(space_, key, transaction->id);
    if (value.has_value()) seen.found.emplace_back(key, *value);
    transaction->observed.push_back(std::move(seen));
    if (blindness_ != Blindness::kKeys) transaction->reads.AddKey(space_, key);
  }
  void ReadRange(Transaction* transaction) {
    Observed seen{true, Key(), Key(), false, {}};
    if (seen.upper < seen.lower) seen.lower.swap(seen.upper);
    IterateOptions options;
    options.lower = {seen.lower, true, true};
    options.upper = {seen.upper, false, true};
    options.snapshot_id = transaction->id;
    ASSERT_TRUE(world_.Scan(space_, options, &seen.found).ok());
    const size_t limit = 1 + random_.Below(4);
    if (seen.found.size() >= limit) {
      seen.found.resize(limit);
      seen.upper = seen.found.back().first;
      seen.upper_inclusive = true;
    }
    if (blindness_ != Blindness::kRanges) {
      transaction->reads.AddRange(space_, {seen.lower, true, true},
                                  {seen.upper, seen.upper_inclusive, true});
    }
    transaction->observed.push_back(std::move(seen));
  }

  void CommitOne() {
    if (open_.empty()) return;
    const size_t which = random_.Below(open_.size());
    const auto done = std::make_shared<Transaction>(std::move(open_[which]));
    open_.erase(open_.begin() + static_cast<ptrdiff_t>(which));
    if (done->writes.empty()) done->writes["k99"] = std::to_string(++values_);
    WriteBatch batch;
    for (const auto& [key, value] : done->writes) batch.Put(space_, key, value);
    ++waiting_;
    TransactionCommit commit{done->id, done->reads.bytes(), batch.bytes(), batch.count()};
    if (random_.OneIn(2)) commit.durability = Durability::kOs;
    commit.done = [this, done](const Status& status) { Settled(*done, status); };
    EXPECT_TRUE(world_.store().Commit({&commit, 1}).ok());
  }
  void PlainWrite() {
    const auto plain = std::make_shared<Transaction>();
    plain->writes[Key()] = std::to_string(++values_);
    WriteBatch batch;
    for (const auto& [key, value] : plain->writes) batch.Put(space_, key, value);
    ++waiting_;
    world_.store().Write(batch.bytes(), batch.count(), {},
                         [this, plain](const Status& status) { Settled(*plain, status); });
  }

  // Called in commit order.
  void Settled(const Transaction& transaction, const Status& status) {
    --waiting_;
    if (status.Is(StatusCode::kConflict)) {
      ++conflicts_;
      return;
    }
    EXPECT_TRUE(status.ok()) << status.ToString();
    ++committed_;
    for (const Observed& seen : transaction.observed) anomalies_ += seen.found != Expected(seen);
    for (const auto& [key, value] : transaction.writes) model_[key] = value;
  }
  Entries Expected(const Observed& seen) const {
    const auto end =
        seen.upper_inclusive ? model_.upper_bound(seen.upper) : model_.lower_bound(seen.upper);
    Entries expected;
    for (auto at = model_.lower_bound(seen.lower); at != end && at != model_.end(); ++at)
      expected.emplace_back(*at);
    return expected;
  }

  Random random_;
  const Blindness blindness_;
  SimulatedEnv env_;
  StoreWorld world_;
  NamespaceId space_ = 0;
  std::deque<Transaction> open_;
  KeyValues model_;
  uint64_t values_ = 0;
  uint64_t waiting_ = 0;
  uint64_t committed_ = 0;
  uint64_t conflicts_ = 0;
  uint64_t anomalies_ = 0;
};

TEST(StoreTransactionModel, CommittedTransactionsAreAsIfOneAfterTheOther) {
  const uint64_t seed = PrintedSeed(21);
  for (uint64_t round = 0; round < 12; ++round) {
    TransactionRun run(seed + round, Blindness::kNone);
    EXPECT_EQ(run.Run(3000), 0u) << "seed " << seed + round;
    EXPECT_GT(run.committed(), 300u);
    EXPECT_GT(run.conflicts(), 30u);
  }
}

TEST(StoreTransactionModel, KeysKeptFromTheCheckAreFoundOut) {
  TransactionRun run(PrintedSeed(22), Blindness::kKeys);
  EXPECT_GT(run.Run(3000), 0u);
}

TEST(StoreTransactionModel, RangesKeptFromTheCheckAreFoundOut) {
  TransactionRun run(PrintedSeed(23), Blindness::kRanges);
  EXPECT_GT(run.Run(3000), 0u);
}

}  // namespace
}  // namespace ledgerstone
