// What a power cut leaves of a simulated disk.
//
// 1. Synced bytes and synced names always survive; a rename is there in full or not at all.
// 2. Unsynced names first: each change is kept or lost by a draw, or as named, and lost when an
//    earlier change of one of its names was.
// 3. Then unsynced bytes, by units aligned in the file. A lost unit below a kept one reads as
//    zeros; the file ends with the last kept unit, or one time in four keeps its length in zeros. A
//    cut of the length is kept or lost by a draw; lost, the zeros that were cut are there again.
// 4. The same state and options give the same outcome.
#include <algorithm>
#include <array>
#include <utility>

#include "base/checks.h"
#include "env/simulated_disk.h"

namespace ledgerstone {
namespace {

// One draw decides how much survives, a second draw per item whether it does: outcomes where all or
// nothing survives come up as often as the mixed ones.
uint64_t DrawKeepPercent(Random* random) {
  constexpr std::array<uint64_t, 5> kPercents = {0, 25, 50, 75, 100};
  return kPercents[static_cast<size_t>(random->Below(kPercents.size()))];
}

bool Survives(uint64_t keep_percent, Random* random) { return random->Below(100) < keep_percent; }

}  // namespace

void SimulatedDisk::Crash(const CrashOptions& options) {
  LS_CHECK(options.unit > 0 && (options.unit & (options.unit - 1)) == 0);
  Random random(options.seed);
  ResolveChanges(options, &random);
  const std::set<InodeId> reachable = Reachable();
  std::erase_if(inodes_, [&](const auto& item) { return !reachable.contains(item.first); });
  for (auto& [id, inode] : inodes_) {
    inode.writeback_failed = false;
    if (!inode.pending.empty()) ResolveBytes(&inode, options, &random);
    if (inode.uncut_size > 0) ResolveCut(&inode, options, &random);
  }
}

void SimulatedDisk::ResolveChanges(const CrashOptions& options, Random* random) {
  const uint64_t keep_percent = DrawKeepPercent(random);
  HeldBackNames held_back;
  for (size_t i = 0; i < changes_.size(); ++i) {
    const EntryChange& change = changes_[i];
    bool keep = true;
    if (options.lose_name_change.has_value()) {
      keep = i != *options.lose_name_change;
    } else if (options.lose_directory_entries) {
      keep = options.mode != CrashMode::kDropUnsynced && Survives(keep_percent, random);
    }
    if (keep && !held_back.Contains(change)) {
      Apply(change, &Inode::durable_entries);
    } else {
      held_back.Add(change);
    }
  }
  changes_.clear();
  for (auto& [id, inode] : inodes_) inode.entries = inode.durable_entries;
}

void SimulatedDisk::ResolveBytes(Inode* inode, const CrashOptions& options, Random* random) {
  std::vector<PendingRange> ranges;
  for (const PendingRange& range : inode->pending) {
    if (!ranges.empty() && ranges.back().end == range.begin) {
      ranges.back().end = range.end;
    } else {
      ranges.push_back(range);
    }
  }
  inode->pending.clear();
  if (options.mode == CrashMode::kKeepAll) return;

  std::string& bytes = MutableBytes(inode);
  LS_CHECK(ranges.back().end <= bytes.size());
  const uint64_t whole = bytes.size();
  uint64_t length = ranges.back().end == whole ? ranges.back().begin : whole;
  const bool tears = options.mode == CrashMode::kTearAndReorder;
  const uint64_t keep_percent = tears ? DrawKeepPercent(random) : 0;
  for (const PendingRange& range : ranges) {
    for (uint64_t begin = range.begin; begin < range.end;) {
      const uint64_t end = std::min(range.end, (begin / options.unit + 1) * options.unit);
      if (Survives(keep_percent, random)) {
        length = std::max(length, end);
      } else {
        std::fill(bytes.begin() + static_cast<ptrdiff_t>(begin),
                  bytes.begin() + static_cast<ptrdiff_t>(end), '\0');
      }
      begin = end;
    }
  }
  if (tears && random->OneIn(4)) length = whole;
  bytes.resize(static_cast<size_t>(length));
}

void SimulatedDisk::ResolveCut(Inode* inode, const CrashOptions& options, Random* random) {
  const uint64_t uncut_size = std::exchange(inode->uncut_size, 0);
  if (options.mode == CrashMode::kKeepAll || uncut_size <= inode->bytes->size()) return;
  if (options.mode == CrashMode::kTearAndReorder && random->OneIn(2)) return;
  MutableBytes(inode).resize(static_cast<size_t>(uncut_size));
}

std::set<InodeId> SimulatedDisk::Reachable() const {
  std::set<InodeId> reached;
  std::vector<InodeId> open = {kRoot};
  for (const EntryChange& change : changes_) {
    open.push_back(change.inode);
    if (change.from_directory != kNone) open.push_back(change.from_directory);
    if (change.to_directory != kNone) open.push_back(change.to_directory);
  }
  while (!open.empty()) {
    const InodeId id = open.back();
    open.pop_back();
    if (!reached.insert(id).second) continue;
    for (const auto& [name, entry] : At(id).entries) open.push_back(entry);
    for (const auto& [name, entry] : At(id).durable_entries) open.push_back(entry);
  }
  return reached;
}

void SimulatedDisk::Sweep(const std::map<InodeId, int>& open) {
  const std::set<InodeId> reachable = Reachable();
  std::erase_if(inodes_, [&](const auto& item) {
    return !reachable.contains(item.first) && !open.contains(item.first);
  });
}

}  // namespace ledgerstone
