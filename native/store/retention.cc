#include "store/retention.h"

#include <algorithm>

namespace ledgerstone {
namespace {

bool TooOld(const KeptLog& log, const RetentionOptions& options, uint64_t now_millis) {
  return options.age_millis > 0 && now_millis > log.flushed_millis &&
         now_millis - log.flushed_millis > options.age_millis;
}

}  // namespace

RetentionStep DecideRetention(const std::vector<KeptLog>& kept, std::optional<KeptLog> added,
                              Sequence floor, const RetentionOptions& options,
                              uint64_t now_millis) {
  RetentionStep step{kept, {}, floor};
  if (added.has_value()) step.kept.push_back(*added);
  uint64_t bytes = 0;
  for (const KeptLog& log : step.kept) bytes += log.bytes;
  auto at = step.kept.begin();
  for (; at != step.kept.end(); ++at) {
    const bool too_many = options.bytes > 0 && bytes > options.bytes;
    if (options.any() && !too_many && !TooOld(*at, options, now_millis)) break;
    bytes -= at->bytes;
    step.dropped.push_back(at->number);
    step.floor = std::max(step.floor, at->last_sequence);
  }
  step.kept.erase(step.kept.begin(), at);
  return step;
}

void AddRetention(const RetentionStep& step, const std::optional<KeptLog>& added, uint64_t next_log,
                  VersionEdit* edit) {
  const bool stays = added.has_value() && !step.kept.empty();
  if (stays) edit->kept_logs.push_back(*added);
  if (step.dropped.empty()) return;
  edit->retained = Retained{step.kept.empty() ? next_log : step.kept.front().number, step.floor};
}

}  // namespace ledgerstone
