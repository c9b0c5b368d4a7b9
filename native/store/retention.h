// Which of the kept log segments go: the pure half of retention.
//
// 1. Segments go oldest first, so that what is kept is always the end of the log.
// 2. What is kept takes at most `bytes`, and was flushed no longer ago than `age_millis`.
#pragma once

#include <vector>

#include "ledgerstone/options.h"
#include "version/version_edit.h"

namespace ledgerstone {

// What becomes of the kept logs when `added`, if any, joins them: the edit's part of it.
struct RetentionStep {
  std::vector<KeptLog> kept;      // afterwards
  std::vector<uint64_t> dropped;  // whose files go once the edit is durable
  Sequence floor = 0;
};

RetentionStep DecideRetention(const std::vector<KeptLog>& kept, std::optional<KeptLog> added,
                              Sequence floor, const RetentionOptions& options, uint64_t now_millis);

// Tells the manifest of a step. `next_log` is the segment behind all of them.
void AddRetention(const RetentionStep& step, const std::optional<KeptLog>& added, uint64_t next_log,
                  VersionEdit* edit);

}  // namespace ledgerstone
