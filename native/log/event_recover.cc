#include "log/event_recover.h"

#include <algorithm>

#include "base/checks.h"
#include "base/text.h"

namespace ledgerstone::log {
namespace {

Status ListSegments(Env* env, const std::string& directory, std::vector<uint64_t>* numbers) {
  std::vector<std::string> names;
  LS_RETURN_IF_ERROR(env->ListDirectory(directory, &names));
  for (const std::string& name : names) {
    uint64_t number = 0;
    if (ParseEventFileName(name, &number) == EventFile::kSegment) numbers->push_back(number);
  }
  std::sort(numbers->begin(), numbers->end());
  return Status::Ok();
}

Status CheckListed(Env* env, const std::string& directory, const Catalog& catalog) {
  uint64_t number = 0;
  for (const CatalogSegment& segment : catalog.segments) {
    ++number;
    if (segment.archived()) continue;
    const std::string name = EventSegmentName(number);
    uint64_t size = 0;
    const Status status = env->FileSize(JoinPath(directory, name), &size);
    if (!status.ok() && !status.Is(StatusCode::kNotFound)) return status;
    if (status.ok() && size == segment.size) continue;
    return Status::Corruption(
        status.ok() ? "a finished log segment has another size" : "a log segment is missing",
        {name}, std::to_string(segment.size) + " bytes",
        status.ok() ? std::to_string(size) + " bytes" : "no such file");
  }
  return Status::Ok();
}

Status CheckGoesOn(const Catalog& catalog, const ScanResult& scan) {
  const SegmentEnd end = catalog.LastEnd();
  if (!scan.opened || scan.opening == end) return Status::Ok();
  return Status::Corruption(
      "a log segment does not go on where the catalog says the one before it ended",
      {scan.file, kFileHeaderSize},
      "segment " + std::to_string(end.segment) + ", chain " + Hex32(end.closing_checksum),
      "segment " + std::to_string(scan.opening.segment) + ", chain " +
          Hex32(scan.opening.closing_checksum));
}

RecoveryVerdict Judge(const Catalog& catalog, const std::vector<SegmentContents>& contents) {
  RecoveryKnowledge knowledge;
  knowledge.first_segment = catalog.segments.size() + 1;
  // None is known yet: making it, or replacing one that never began, may have been cut short.
  if (catalog.newest < knowledge.first_segment && contents.empty()) return {};
  knowledge.last_segment = std::max(catalog.newest, knowledge.first_segment);
  knowledge.clean_close = catalog.clean_close;
  knowledge.file_suffix = ".evt";
  std::vector<ScanResult> scans;
  for (const SegmentContents& each : contents) scans.push_back(each.scan);
  return DecideRecovery(scans, knowledge);
}

}  // namespace

Status ClassifyDirectory(Env* env, const std::string& directory, DirectoryHolds* holds,
                         std::string* stranger) {
  std::vector<std::string> names;
  LS_RETURN_IF_ERROR(env->ListDirectory(directory, &names));
  std::string segment;
  bool catalog = false;
  for (const std::string& name : names) {
    uint64_t number = 0;
    const EventFile kind = ParseEventFileName(name, &number);
    catalog |= kind == EventFile::kCatalog;
    if (kind == EventFile::kOther) *stranger = name;
    if (kind == EventFile::kSegment && segment.empty()) segment = name;
  }
  *holds = catalog             ? DirectoryHolds::kLog
           : stranger->empty() ? DirectoryHolds::kNothing
                               : DirectoryHolds::kOther;
  if (catalog || segment.empty()) return Status::Ok();
  return Status::Corruption("the directory holds event segments ('" + segment +
                                "') but no catalog that says which log they are of",
                            {kCatalogName, 0});
}

Status RecoverEventLog(Env* env, const std::string& directory, RecoveredLog* recovered) {
  *recovered = RecoveredLog{};
  const Catalog& catalog = recovered->catalog;
  LS_RETURN_IF_ERROR(LoadCatalog(env, directory, &recovered->catalog));
  LS_RETURN_IF_ERROR(ListSegments(env, directory, &recovered->numbers));
  LS_RETURN_IF_ERROR(CheckListed(env, directory, catalog));
  LogPoint before = catalog.segments.empty() ? LogPoint{} : PointAfter(catalog.segments.back());
  for (const uint64_t number : recovered->numbers) {
    if (number <= catalog.segments.size()) continue;
    const std::string name = EventSegmentName(number);
    const uint64_t chain_offset = catalog.clean_close && catalog.clean_close->segment == number
                                      ? catalog.clean_close->size
                                      : 0;
    SegmentContents contents;
    LS_RETURN_IF_ERROR(ScanEvents(env, {JoinPath(directory, name), name, catalog.log_id, number},
                                  before, &contents, chain_offset));
    if (recovered->scans.empty()) LS_RETURN_IF_ERROR(CheckGoesOn(catalog, contents.scan));
    before = contents.end;
    recovered->scans.push_back(std::move(contents));
  }
  recovered->verdict = Judge(catalog, recovered->scans);
  return recovered->verdict.status;
}

std::vector<CatalogSegment> RecoveredLog::Finished() const {
  std::vector<CatalogSegment> finished = catalog.segments;
  for (const SegmentContents& contents : scans) {
    const LogTail& tail = verdict.tail;
    if (contents.scan.segment < tail.segment ||
        (contents.scan.segment == tail.segment && tail.closed)) {
      finished.push_back(SummaryOf(contents));
    }
  }
  return finished;
}

TailSegment RecoveredLog::Tail() const {
  TailSegment tail;
  for (const SegmentContents& contents : scans) {
    if (contents.scan.segment != verdict.tail.segment || verdict.tail.closed) continue;
    tail = {contents.scan.segment, verdict.tail.size, verdict.chain,
            contents.first_time,   contents.end,      contents.entries};
  }
  return tail;
}

bool RecoveredLog::EndsAtCleanClose() const {
  const bool nothing_lost =
      std::all_of(verdict.cuts.begin(), verdict.cuts.end(),
                  [](const TailCut& cut) { return cut.offset > 0 && cut.bytes == 0; });
  return catalog.clean_close.has_value() && nothing_lost && !verdict.tail.closed &&
         verdict.tail.segment == catalog.clean_close->segment &&
         verdict.tail.size == catalog.clean_close->size;
}

}  // namespace ledgerstone::log
