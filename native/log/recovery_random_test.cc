// Random logs through power cuts and flipped bits. A failure names its seed, and
// LEDGERSTONE_SEED=<seed> begins with it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/random.h"
#include "log/recovery.h"
#include "testing/log_builder.h"

namespace ledgerstone::log {
namespace {

// A log of a few segments written with random syncs. What was synced when it ends is durable.
class RandomLog {
 public:
  explicit RandomLog(Random* random)
      : builder(TestStoreId(), random->OneIn(3) ? 0 : 1024 << random->Below(5)), random_(random) {
    builder.Create(last);
    const uint64_t steps = 1 + random_->Below(40);
    for (uint64_t i = 0; i < steps; ++i) Step();
    durable_size = builder.writer().durable_size();
  }

  // What a power cut may leave: units of 512 bytes not synced are kept, zeroed, or off the end.
  void PowerCut() {
    std::string& bytes = builder.Bytes(last);
    const uint64_t kept = durable_size + random_->Below(bytes.size() - durable_size + 1);
    bytes.resize(kept);
    for (uint64_t at = durable_size; at < bytes.size();) {
      const uint64_t end = std::min<uint64_t>(bytes.size(), (at / 512 + 1) * 512);
      if (random_->OneIn(3)) bytes.replace(at, end - at, std::string(end - at, '\0'));
      at = end;
    }
  }

  LogBuilder builder;
  uint64_t last = 1;
  uint64_t durable_size = 0;
  Sequence durable_sequence = 0;
  std::vector<std::string> payloads;

 private:
  void Step() {
    if (random_->OneIn(12)) {
      const SegmentEnd end = builder.Finish();
      durable_sequence = end.last_sequence;
      builder.Create(++last, end);
    } else if (random_->OneIn(4)) {
      builder.Sync();
      durable_sequence = builder.writer().last_sequence();
    } else {
      payloads.emplace_back(random_->Below(900), static_cast<char>('a' + payloads.size() % 26));
      builder.Append(payloads.back());
    }
  }

  Random* random_;
};

uint64_t SeedFromEnvironment(uint64_t otherwise) {
  const char* text = std::getenv("LEDGERSTONE_SEED");
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(LogRecoveryRandom, KeepsADurablePrefixAfterAnyPowerCutAndGoesOnFromIt) {
  const uint64_t first_seed = SeedFromEnvironment(1);
  for (uint64_t seed = first_seed; seed < first_seed + 300; ++seed) {
    SCOPED_TRACE("LEDGERSTONE_SEED=" + std::to_string(seed));
    Random random(seed);
    RandomLog log(&random);
    log.PowerCut();
    const RecoveryKnowledge knowledge{.first_segment = 1, .last_segment = log.last};
    const RecoveryVerdict verdict = log.builder.Recover(1, log.last, knowledge);
    ASSERT_TRUE(verdict.status.ok()) << verdict.status.ToString();
    ASSERT_GE(verdict.last_sequence, log.durable_sequence);
    for (const TailCut& cut : verdict.cuts) {
      ASSERT_TRUE(log.builder.env().TruncateFile(SegmentPath(cut.segment), cut.offset).ok());
      if (cut.offset > 0) continue;
      ASSERT_TRUE(log.builder.env().RemoveFile(SegmentPath(cut.segment)).ok());
    }
    const LogTail& tail = verdict.tail;
    std::unique_ptr<Writer> writer;
    const uint64_t end = tail.closed || tail.segment == 0 ? tail.segment + 1 : tail.segment;
    const auto identity = log.builder.Identity(end);
    MemoryEnv* env = &log.builder.env();
    const Status begun =
        end != tail.segment ? Writer::Create(env, SegmentPath(end), identity, tail.closing, &writer)
                            : Writer::Reopen(env, SegmentPath(end), identity, tail.size,
                                             verdict.chain, verdict.last_sequence, &writer);
    ASSERT_TRUE(begun.ok()) << begun.ToString();
    ASSERT_TRUE(writer->Append({RecordType::kBatch, verdict.last_sequence + 1, 1}, {}).ok());
    std::vector<std::string> recovered;
    for (uint64_t segment = 1; segment <= end; ++segment) {
      log.builder.MustScan(segment);
      for (std::string& payload : log.builder.Batches()) recovered.push_back(std::move(payload));
    }
    const auto kept = static_cast<std::ptrdiff_t>(verdict.last_sequence);
    std::vector<std::string> expected(log.payloads.begin(), log.payloads.begin() + kept);
    expected.emplace_back();
    EXPECT_EQ(recovered, expected);
    const RecoveryVerdict again =
        log.builder.Recover(1, end, {.first_segment = 1, .last_segment = end});
    EXPECT_TRUE(again.status.ok() && again.cuts.empty()) << again.status.ToString();
  }
}

TEST(LogRecoveryRandom, RefusesAnyFlippedBitOfAPromisedLog) {
  const uint64_t first_seed = SeedFromEnvironment(1000);
  for (uint64_t seed = first_seed; seed < first_seed + 300; ++seed) {
    SCOPED_TRACE("LEDGERSTONE_SEED=" + std::to_string(seed));
    Random random(seed);
    RandomLog log(&random);
    log.builder.Sync();
    const uint64_t durable_size = log.builder.writer().size();
    ASSERT_TRUE(log.builder.writer().AppendPromise().ok());
    const uint64_t segment = 1 + random.Below(log.last);
    std::string& bytes = log.builder.Bytes(segment);
    const uint64_t at = random.Below(segment == log.last ? durable_size : bytes.size());
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.Below(8)));
    const Status status =
        log.builder.Recover(1, log.last, {.first_segment = 1, .last_segment = log.last}).status;
    ASSERT_TRUE(status.Is(StatusCode::kCorruption)) << segment << " at " << at;
    EXPECT_EQ(SegmentPath(segment), "log/" + status.place().file);
    EXPECT_LE(status.place().offset, at);
  }
}

}  // namespace
}  // namespace ledgerstone::log
