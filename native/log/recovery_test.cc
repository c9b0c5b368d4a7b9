#include "log/recovery.h"

#include <gtest/gtest.h>

#include <functional>

#include "testing/log_builder.h"

namespace ledgerstone::log {
namespace {

RecoveryVerdict RecoverOne(LogBuilder* builder) {
  return builder->Recover(7, 7, {.first_segment = 7, .last_segment = 7});
}

// Three batches in segment 7, synced after `synced` of them.
struct Example {
  explicit Example(int synced) {
    builder.Create(7);
    ends[0] = builder.writer().size();
    const char* payloads[] = {"one", "the second", "third..!"};
    for (int i = 0; i < 3; ++i) {
      ends[i + 1] = builder.Append(payloads[i]);
      if (i + 1 == synced) builder.Sync();
    }
    whole = builder.Bytes(7);
  }
  // Where the record that holds the byte begins; 0 for the file header.
  uint64_t RecordOf(uint64_t byte) const {
    if (byte < kFileHeaderSize) return 0;
    uint64_t begin = kFileHeaderSize;
    for (const uint64_t end : ends) {
      if (byte >= end) begin = end;
    }
    return begin;
  }
  LogBuilder builder;
  uint64_t ends[4] = {};
  std::string whole;
};

TEST(LogRecovery, CutsATailTornAtAnyByteAtTheRecordBoundary) {
  Example example(1);
  for (uint64_t size = 0; size <= example.whole.size(); ++size) {
    example.builder.Bytes(7) = example.whole.substr(0, size);
    const RecoveryVerdict verdict = RecoverOne(&example.builder);
    ASSERT_TRUE(verdict.status.ok()) << size << " " << verdict.status.ToString();
    uint64_t expected = 0;
    Sequence last = 0;
    for (Sequence i = 0; i < 4; ++i) {
      if (size >= example.ends[i]) expected = example.ends[last = i];
    }
    EXPECT_EQ(verdict.last_sequence, last) << size;
    EXPECT_EQ(verdict.tail.size, expected) << size;
    EXPECT_EQ(verdict.tail.segment, expected == 0 ? 0u : 7u) << size;
    ASSERT_EQ(verdict.cuts.size(), size == expected && size > 0 ? 0u : 1u) << size;
    if (verdict.cuts.empty()) continue;
    EXPECT_EQ(verdict.cuts[0].offset, expected) << size;
    const uint64_t bytes = size < kFileHeaderSize
                               ? size
                               : ContentBeyond(Slice(example.whole).substr(0, size), expected);
    EXPECT_EQ(verdict.cuts[0].bytes, bytes) << size;
    EXPECT_NE(verdict.cuts[0].reason, "") << size;
    EXPECT_FALSE(verdict.cuts[0].valid_beyond) << size;
  }
}

TEST(LogRecovery, RefusesALogTruncatedAnywhereBelowItsCleanClose) {
  Example example(3);
  SegmentEnd close;
  close.segment = 7;
  close.size = example.whole.size();
  close.chain = example.builder.writer().chain();
  const RecoveryKnowledge knowledge{.first_segment = 7, .last_segment = 7, .clean_close = close};
  for (uint64_t size = 0; size < example.whole.size(); ++size) {
    example.builder.Bytes(7) = example.whole.substr(0, size);
    const RecoveryVerdict verdict = example.builder.Recover(7, 7, knowledge);
    ASSERT_TRUE(verdict.status.Is(StatusCode::kCorruption)) << size;
    EXPECT_TRUE(verdict.status.message().starts_with("the log is shorter than its clean close"));
    EXPECT_TRUE(verdict.cuts.empty());
  }
  example.builder.Bytes(7) = example.whole;
  EXPECT_TRUE(example.builder.Recover(7, 7, knowledge).status.ok());
}

TEST(LogRecovery, TakesALogThatGrewAfterItsCleanCloseButNotAnotherOne) {
  Example example(3);
  SegmentEnd close;
  close.segment = 7;
  close.size = example.ends[2];
  example.builder.MustScan(7);
  close.chain = example.builder.visited()[2].header.header_checksum;
  RecoveryKnowledge knowledge{.first_segment = 7, .last_segment = 7, .clean_close = close};
  EXPECT_TRUE(example.builder.Recover(7, 7, knowledge).status.ok());
  knowledge.clean_close->chain ^= 1;
  EXPECT_TRUE(example.builder.Recover(7, 7, knowledge).status.Is(StatusCode::kCorruption));
  knowledge.clean_close = close;
  knowledge.clean_close->size -= 8;
  EXPECT_TRUE(example.builder.Recover(7, 7, knowledge).status.Is(StatusCode::kCorruption));
  knowledge.clean_close->segment = 8;
  EXPECT_TRUE(example.builder.Recover(7, 7, knowledge).status.Is(StatusCode::kCorruption));
  knowledge.clean_close->segment = 6;
  EXPECT_TRUE(example.builder.Recover(7, 7, knowledge).status.ok()) << "its segment is gone";
}

TEST(LogRecovery, RefusesAFlippedByteBelowAPromise) {
  Example example(2);
  for (uint64_t at = 0; at < example.ends[2]; ++at) {
    example.builder.Bytes(7) = example.whole;
    example.builder.Bytes(7)[at] ^= 0x10;
    const RecoveryVerdict verdict = RecoverOne(&example.builder);
    ASSERT_TRUE(verdict.status.Is(StatusCode::kCorruption)) << at;
    EXPECT_EQ(verdict.status.place().file, "000007.wal") << at;
    EXPECT_EQ(verdict.status.place().offset, example.RecordOf(at)) << at;
    EXPECT_TRUE(verdict.cuts.empty()) << at;
  }
}

TEST(LogRecovery, TellsWhichSequencesTheDamageMadeUnreadable) {
  Example example(2);
  example.builder.Bytes(7)[example.ends[1] + 1] ^= 1;
  const Status status = RecoverOne(&example.builder).status;
  EXPECT_EQ(status.ToString(),
            "CORRUPTION: a record that was durable is damaged; sequences after 1 are unreadable "
            "(records up to 3 seen behind the damage) (000007.wal, offset 168; expected good "
            "records up to 224, as promised, found record header checksum)");
}

TEST(LogRecovery, CutsAtAFlippedByteAboveEveryPromise) {
  Example example(1);
  for (uint64_t at = example.ends[1]; at < example.whole.size(); ++at) {
    example.builder.Bytes(7) = example.whole;
    example.builder.Bytes(7)[at] ^= 0x10;
    const RecoveryVerdict verdict = RecoverOne(&example.builder);
    ASSERT_TRUE(verdict.status.ok()) << at;
    ASSERT_EQ(verdict.cuts.size(), 1u) << at;
    EXPECT_EQ(verdict.cuts[0].offset, example.RecordOf(at)) << at;
    EXPECT_EQ(verdict.cuts[0].valid_beyond, at < example.ends[2]) << at;
    EXPECT_EQ(verdict.last_sequence, at < example.ends[2] ? 1u : 2u) << at;
  }
}

TEST(LogRecovery, TakesAwayPreparedSpaceAndCallsNothingLost) {
  Example example(1);
  example.builder.Bytes(7) += std::string(4096, '\0');
  const RecoveryVerdict verdict = RecoverOne(&example.builder);
  ASSERT_TRUE(verdict.status.ok());
  ASSERT_EQ(verdict.cuts.size(), 1u);
  EXPECT_EQ(verdict.cuts[0].offset, example.whole.size());
  EXPECT_EQ(verdict.cuts[0].bytes, 0u);
  EXPECT_EQ(verdict.tail.size, example.whole.size());
  EXPECT_EQ(verdict.last_sequence, 3u);
}

TEST(LogRecovery, CountsATornRecordInPreparedSpaceAsLostButNotTheZerosBehindIt) {
  Example example(1);
  for (uint64_t size = example.ends[2] + 1; size < example.whole.size(); ++size) {
    example.builder.Bytes(7) = example.whole.substr(0, size) + std::string(4096, '\0');
    const RecoveryVerdict verdict = RecoverOne(&example.builder);
    ASSERT_TRUE(verdict.status.ok()) << size;
    ASSERT_EQ(verdict.cuts.size(), 1u) << size;
    EXPECT_EQ(verdict.cuts[0].offset, example.ends[2]) << size;
    EXPECT_GT(verdict.cuts[0].bytes, 0u) << size;
    EXPECT_LE(verdict.cuts[0].bytes, size - example.ends[2]) << size;
  }
}

TEST(LogRecovery, RefusesZerosBelowAPromiseOrACleanClose) {
  Example example(1);
  std::string& bytes = example.builder.Bytes(7);
  std::fill(bytes.begin() + static_cast<long>(example.ends[1]), bytes.end(), '\0');
  RecoveryKnowledge knowledge{.first_segment = 7, .last_segment = 7};
  EXPECT_TRUE(example.builder.Recover(7, 7, knowledge).status.ok());
  knowledge.clean_close = SegmentEnd{7, 2, example.ends[2], 1, 0};
  const Status status = example.builder.Recover(7, 7, knowledge).status;
  EXPECT_TRUE(status.Is(StatusCode::kCorruption));
  EXPECT_EQ(status.place().offset, example.ends[1]);
}

TEST(LogRecovery, CutsAHoleThatAPowerCutLeftInTheUnsyncedTail) {
  Example example(1);
  std::string& bytes = example.builder.Bytes(7);
  std::fill(bytes.begin() + static_cast<long>(example.ends[1]),
            bytes.begin() + static_cast<long>(example.ends[2]), '\0');
  const RecoveryVerdict verdict = RecoverOne(&example.builder);
  ASSERT_TRUE(verdict.status.ok());
  ASSERT_EQ(verdict.cuts.size(), 1u);
  EXPECT_EQ(verdict.cuts[0].offset, example.ends[1]);
  EXPECT_TRUE(verdict.cuts[0].valid_beyond);
  EXPECT_EQ(verdict.last_sequence, 1u);
}

TEST(LogRecovery, RefusesASegmentThatFollowsAnotherLog) {
  LogBuilder builder, other;
  builder.Create(7);
  builder.Append("ours");
  builder.Create(8, builder.Finish());
  other.Create(7);
  other.Append("theirs");
  other.Create(8, other.Finish());
  const RecoveryKnowledge knowledge{.first_segment = 7, .last_segment = 8};
  EXPECT_TRUE(builder.Recover(7, 8, knowledge).status.ok());
  builder.Bytes(8) = other.Bytes(8);
  const Status status = builder.Recover(7, 8, knowledge).status;
  EXPECT_TRUE(status.Is(StatusCode::kCorruption));
  EXPECT_EQ(status.place().file, "000008.wal");
}

// A segment as a scan would report it, spelled by one letter:
//   C closed  O open  T open with a torn tail  P as T, below a promise  X closed, then bytes
//   E empty   Z zeros or a torn file header   H file header only   B broken opening, record beyond
//   G garbled header  R garbled header, records behind  S promise behind a broken opening
//   N open, then zeros  M closed, then zeros
ScanResult Scanned(char kind, uint64_t segment) {
  ScanResult scan;
  scan.segment = segment;
  scan.file = "00000" + std::to_string(segment) + ".wal";
  const auto end_of = [](uint64_t number) {
    SegmentEnd end;
    end.segment = number;
    end.last_sequence = number * 10;
    end.size = 200;
    end.chain = static_cast<uint32_t>(number);
    end.closing_checksum = static_cast<uint32_t>(number) << 8;
    return end;
  };
  if (kind == 'E') return scan;
  scan.file_size = 300;
  scan.content_size = kind == 'N' || kind == 'M' ? 280 : 300;
  if (Slice("CONM").find(kind) == Slice::npos) scan.break_reason = "broken";
  scan.header_garbled = kind == 'G' || kind == 'R';
  scan.valid_beyond = kind == 'B' || kind == 'R' || kind == 'S';
  if (kind == 'S' || kind == 'P') scan.durable_promise = 290;
  if (kind == 'Z' || kind == 'G' || kind == 'R') return scan;
  scan.header_whole = true;
  scan.good_size = kFileHeaderSize;
  if (kind == 'H' || kind == 'B' || kind == 'S') return scan;
  scan.opened = true;
  scan.opening = end_of(segment - 1);
  scan.good_size = kind == 'C' || kind == 'O' ? 300 : 280;
  scan.last_sequence = segment * 10;
  scan.chain = static_cast<uint32_t>(segment) << 8;
  scan.closed = kind == 'C' || kind == 'X' || kind == 'M';
  if (scan.closed) scan.closing = end_of(segment);
  return scan;
}

struct Row {
  const char* segments;   // letters of Scanned, from number 3 on; '-' for a number without a file
  uint64_t last_segment;  // known to the owner
  const char* outcome;    // "cut 4@0 3@280, on 3" or the file a corruption names; a cut in which
                          // nothing is lost is "space"
};

std::string OutcomeOf(const RecoveryVerdict& verdict) {
  if (!verdict.status.ok()) return verdict.status.place().file;
  std::string text;
  std::string space;
  for (const TailCut& cut : verdict.cuts) {
    const bool lost = cut.bytes > 0 || cut.offset == 0;
    (lost ? text : space) += " " + std::to_string(cut.segment) + "@" + std::to_string(cut.offset);
  }
  text = (text.empty() ? "" : "cut" + text + ", ") + (space.empty() ? "" : "space" + space + ", ");
  return text + (verdict.tail.closed ? "after " : "on ") + std::to_string(verdict.tail.segment);
}

TEST(LogRecovery, DecidesByTheTable) {
  const Row rows[] = {
      {"O", 3, "on 3"},
      {"C", 3, "after 3"},
      {"CCO", 5, "on 5"},
      {"CC", 4, "after 4"},
      {"CO", 3, "on 4"},
      {"COO", 5, "000004.wal"},
      {"", 3, "000003.wal"},
      {"-CO", 5, "000003.wal"},
      {"C-O", 5, "000004.wal"},
      {"CC", 5, "000005.wal"},
      {"CCO", 3, "000005.wal"},
      {"T", 3, "cut 3@280, on 3"},
      {"CT", 4, "cut 4@280, on 4"},
      {"X", 3, "cut 3@280, after 3"},
      {"N", 3, "space 3@280, on 3"},
      {"CN", 4, "space 4@280, on 4"},
      {"M", 3, "space 3@280, after 3"},
      {"MO", 4, "on 4"},
      {"NO", 4, "000003.wal"},
      {"NC", 4, "000003.wal"},
      {"NH", 4, "000003.wal"},
      {"NE", 4, "cut 4@0, space 3@280, on 3"},
      {"NZ", 4, "cut 4@0, space 3@280, on 3"},
      {"ME", 4, "cut 4@0, space 3@280, after 3"},
      {"P", 3, "000003.wal"},
      {"CP", 4, "000004.wal"},
      {"TO", 4, "000003.wal"},
      {"XO", 4, "000003.wal"},
      {"PE", 4, "000003.wal"},
      {"E", 3, "cut 3@0, on 0"},
      {"H", 3, "cut 3@0, on 0"},
      {"CE", 4, "cut 4@0, after 3"},
      {"CE", 3, "cut 4@0, after 3"},
      {"CZ", 4, "cut 4@0, after 3"},
      {"CG", 4, "cut 4@0, after 3"},
      {"CH", 4, "cut 4@0, after 3"},
      {"CB", 4, "cut 4@0, after 3"},
      {"CR", 4, "000004.wal"},
      {"CS", 4, "000004.wal"},
      {"OE", 4, "cut 4@0, on 3"},
      {"TE", 4, "cut 4@0 3@280, on 3"},
      {"TZ", 4, "cut 4@0 3@280, on 3"},
      {"TG", 4, "cut 4@0 3@280, on 3"},
      {"XE", 4, "cut 4@0 3@280, after 3"},
      {"CTE", 5, "cut 5@0 4@280, on 4"},
      {"TH", 4, "000003.wal"},
      {"OH", 4, "000003.wal"},
      {"TB", 4, "000003.wal"},
      {"TR", 4, "000003.wal"},
      {"EE", 4, "000003.wal"},
      {"CZE", 5, "000004.wal"},
      {"TCE", 5, "000003.wal"},
      {"CEO", 5, "000004.wal"},
  };
  for (const Row& row : rows) {
    std::vector<ScanResult> scans;
    const std::string letters = row.segments;
    for (size_t i = 0; i < letters.size(); ++i) {
      if (letters[i] != '-') scans.push_back(Scanned(letters[i], 3 + i));
    }
    const RecoveryVerdict verdict =
        DecideRecovery(scans, {.first_segment = 3, .last_segment = row.last_segment});
    EXPECT_EQ(OutcomeOf(verdict), row.outcome)
        << letters << ", last known " << row.last_segment << ": " << verdict.status.ToString();
    if (verdict.status.ok()) {
      EXPECT_EQ(verdict.last_sequence, verdict.tail.segment * 10) << letters;
      EXPECT_EQ(verdict.chain, verdict.tail.segment << 8) << letters;
    }
  }
}

TEST(LogRecovery, ComparesEveryFieldOfAnOpeningWithTheClosingBeforeIt) {
  const std::vector<ScanResult> good = {Scanned('C', 3), Scanned('O', 4)};
  const RecoveryKnowledge knowledge{.first_segment = 3, .last_segment = 4};
  ASSERT_TRUE(DecideRecovery(good, knowledge).status.ok());
  const std::function<void(SegmentEnd*)> changes[] = {
      [](SegmentEnd* end) { end->segment = 2; },
      [](SegmentEnd* end) { end->last_sequence += 1; },
      [](SegmentEnd* end) { end->size += 8; },
      [](SegmentEnd* end) { end->chain += 1; },
      [](SegmentEnd* end) { end->closing_checksum += 1; },
  };
  for (const auto& change : changes) {
    std::vector<ScanResult> bad = good;
    change(&bad[1].opening);
    const Status status = DecideRecovery(bad, knowledge).status;
    EXPECT_TRUE(status.Is(StatusCode::kCorruption));
    EXPECT_EQ(status.place().file, "000004.wal");
    EXPECT_NE(status.expected(), status.found());
  }
}

}  // namespace
}  // namespace ledgerstone::log
