// What a reader of changes gave, as tests look at it.
#pragma once

#include <string>
#include <vector>

#include "ledgerstone/changes.h"
#include "ledgerstone/store.h"

namespace ledgerstone {

struct GivenBatch {
  uint64_t first = 0;
  uint64_t last = 0;
  std::string entries;
  bool operator==(const GivenBatch&) const = default;
};

// Reads until there is no more for now; chunks begin with `room` bytes and grow where they must.
Status ReadChanges(ChangeReader* reader, size_t room, std::vector<GivenBatch>* batches,
                   uint64_t* through = nullptr);
// Everything after a sequence, by a new reader.
Status ReadChangesAfter(Store* store, uint64_t after, bool durable,
                        std::vector<GivenBatch>* batches);
// "3-4 5 6-9"
std::string SequencesText(const std::vector<GivenBatch>& batches);

}  // namespace ledgerstone
