#include "log/recovery.h"

#include <algorithm>

#include "base/checks.h"
#include "base/numbered_name.h"
#include "base/text.h"

namespace ledgerstone::log {
namespace {

using Segments = std::vector<ScanResult>;

Sequence LastSequenceOf(const ScanResult& scan) {
  return std::max(scan.last_sequence, scan.opening.last_sequence);
}

std::string EndText(const SegmentEnd& end) {
  return "segment " + std::to_string(end.segment) + " of " + std::to_string(end.size) +
         " bytes up to sequence " + std::to_string(end.last_sequence) + ", chain " +
         Hex32(end.chain) + " then " + Hex32(end.closing_checksum);
}

// What was lost when reading can't go past `segments[index]`.
std::string LostText(const Segments& segments, size_t index) {
  Sequence last = 0;
  for (size_t i = 0; i <= index; ++i) last = std::max(last, LastSequenceOf(segments[i]));
  Sequence seen = segments[index].last_sequence_beyond;
  for (size_t i = index + 1; i < segments.size(); ++i) {
    seen = std::max({seen, LastSequenceOf(segments[i]), segments[i].last_sequence_beyond});
  }
  std::string text = "sequences after " + std::to_string(last) + " are unreadable";
  if (seen > last) {
    text += " (records up to " + std::to_string(seen) + " seen behind the damage)";
  }
  return text;
}

Status Damage(const Segments& segments, size_t index, const std::string& message,
              std::string expected) {
  const ScanResult& scan = segments[index];
  const std::string end =
      scan.has_space() ? "zeros to the end of the file at " : "the end of the file at ";
  const std::string found =
      scan.break_reason.empty() ? end + std::to_string(scan.file_size) : scan.break_reason;
  return Status::Corruption(message + "; " + LostText(segments, index), {scan.file, scan.good_size},
                            std::move(expected), found);
}

Status Missing(uint64_t segment, const RecoveryKnowledge& knowledge) {
  return Status::Corruption("a log segment is missing",
                            {NumberedName(segment, knowledge.file_suffix)},
                            "segments " + std::to_string(knowledge.first_segment) + " to " +
                                std::to_string(knowledge.last_segment),
                            "no such file");
}

Status CheckNumbers(const Segments& segments, const RecoveryKnowledge& knowledge) {
  uint64_t next = knowledge.first_segment;
  for (const ScanResult& scan : segments) {
    LS_CHECK(scan.segment >= next);
    if (scan.segment != next) return Missing(next, knowledge);
    ++next;
  }
  if (next <= knowledge.last_segment) return Missing(next, knowledge);
  if (next > knowledge.last_segment + 2) {
    return Status::Corruption("a log segment newer than any known", {segments.back().file},
                              "at most number " + std::to_string(knowledge.last_segment + 1),
                              "number " + std::to_string(segments.back().segment));
  }
  return Status::Ok();
}

bool EndsClosed(const ScanResult& scan) { return scan.closed && scan.break_reason.empty(); }

// No valid byte of the segment is there: its creation never got that far.
bool NeverBegan(const ScanResult& scan) { return !scan.header_whole && !scan.valid_beyond; }

// How many segments, counted from the newest, may end in an unsynced tail. Two only when the newest
// never began: it gets its first byte after its predecessor's closing record is durable.
size_t TailLength(const Segments& segments) {
  if (segments.size() < 2 || !NeverBegan(segments.back())) return 1;
  const ScanResult& before = segments[segments.size() - 2];
  return EndsClosed(before) || !before.opened ? 1 : 2;
}

Status CheckFinished(const Segments& segments, size_t tail_length) {
  for (size_t i = 0; i + tail_length < segments.size(); ++i) {
    if (!EndsClosed(segments[i])) {
      return Damage(segments, i, "a log segment before the last one is not whole",
                    "records up to a closing one");
    }
  }
  for (size_t i = 1; i < segments.size(); ++i) {
    const SegmentEnd& closing = segments[i - 1].closing;
    if (!segments[i].opened || segments[i].opening == closing) continue;
    return Status::Corruption("a log segment does not go on where the one before it ended",
                              {segments[i].file, kFileHeaderSize}, EndText(closing),
                              EndText(segments[i].opening));
  }
  return Status::Ok();
}

Status CheckCleanClose(const Segments& segments, const RecoveryKnowledge& knowledge) {
  if (!knowledge.clean_close || knowledge.clean_close->segment < knowledge.first_segment) {
    return Status::Ok();
  }
  const SegmentEnd& close = *knowledge.clean_close;
  const uint64_t index = close.segment - knowledge.first_segment;
  if (index >= segments.size()) return Missing(close.segment, knowledge);
  const ScanResult& scan = segments[index];
  if (scan.good_size < close.size) {
    return Damage(segments, index, "the log is shorter than its clean close",
                  "records up to " + std::to_string(close.size));
  }
  const std::optional<uint32_t> chain =
      scan.good_size == close.size ? std::optional(scan.chain) : scan.chain_at;
  if (chain == close.chain) return Status::Ok();
  return Status::Corruption("the log is not the one that was closed", {scan.file, close.size},
                            "chain " + Hex32(close.chain),
                            chain ? "chain " + Hex32(*chain) : "no record that ends there");
}

Status CheckTail(const Segments& segments, size_t tail_length) {
  for (size_t i = segments.size() - tail_length; i < segments.size(); ++i) {
    const ScanResult& scan = segments[i];
    if (scan.durable_promise > scan.good_size) {
      return Damage(segments, i, "a record that was durable is damaged",
                    "good records up to " + std::to_string(scan.durable_promise) + ", as promised");
    }
    if (scan.header_garbled && scan.valid_beyond) {
      return Damage(segments, i, "the file header of a log segment is damaged",
                    "the header of a file that holds records");
    }
  }
  return Status::Ok();
}

std::string CutReason(const ScanResult& scan) {
  if (!scan.break_reason.empty()) return scan.break_reason;
  return scan.has_space() ? "space prepared for writing" : "no opening record";
}

void CutAt(const ScanResult& scan, uint64_t offset, RecoveryVerdict* verdict) {
  TailCut cut;
  cut.segment = scan.segment;
  cut.offset = offset;
  cut.bytes = scan.content_size - offset;
  cut.valid_beyond = scan.valid_beyond;
  cut.reason = CutReason(scan);
  verdict->cuts.push_back(std::move(cut));
}

void DecideTail(const Segments& segments, RecoveryVerdict* verdict) {
  size_t count = segments.size();
  if (!segments.back().opened) {
    CutAt(segments.back(), 0, verdict);
    --count;
  }
  if (count == 0) return;
  const ScanResult& scan = segments[count - 1];
  LS_CHECK(scan.opened);
  if (!scan.break_reason.empty() || scan.has_space()) CutAt(scan, scan.good_size, verdict);
  verdict->tail = {scan.segment, scan.good_size, scan.closed, scan.closing};
  verdict->last_sequence = LastSequenceOf(scan);
  verdict->chain = scan.chain;
}

Status Judge(const Segments& segments, const RecoveryKnowledge& knowledge) {
  LS_RETURN_IF_ERROR(CheckNumbers(segments, knowledge));
  const size_t tail_length = TailLength(segments);
  LS_RETURN_IF_ERROR(CheckFinished(segments, tail_length));
  LS_RETURN_IF_ERROR(CheckCleanClose(segments, knowledge));
  return CheckTail(segments, tail_length);
}

}  // namespace

RecoveryVerdict DecideRecovery(const std::vector<ScanResult>& segments,
                               const RecoveryKnowledge& knowledge) {
  LS_CHECK(knowledge.first_segment <= knowledge.last_segment);
  RecoveryVerdict verdict;
  verdict.status = Judge(segments, knowledge);
  if (verdict.status.ok()) DecideTail(segments, &verdict);
  return verdict;
}

}  // namespace ledgerstone::log
