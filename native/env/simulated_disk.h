// The disk of the simulated environment: files and directories, and for both what a power cut would
// leave of them. Calls return 0 or an errno value.
//
// 1. A file's bytes are durable except in its pending ranges; SyncFile makes those durable, and a
//    cut of the file's length too. A byte is written once, over a zero or behind the end.
// 2. A change of names (create, link, rename, remove) takes effect at once and is durable when a
//    directory it touches is synced, together with the earlier changes it rests on. Changes of one
//    name become durable in their order: while one is not, no later one is.
// 3. What was pending when a sync failed counts as written back by the system and lost: no later
//    sync makes it durable, a power cut may still keep it.
// 4. Copying a disk copies its state; the bytes of files are shared until one copy changes them.
// 5. Not synchronised: the owner's mutex covers it, and copies of it too.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "ledgerstone/slice.h"

namespace ledgerstone {

using InodeId = uint64_t;

enum class CrashMode : uint8_t {
  kDropUnsynced,    // every unsynced byte is lost
  kKeepAll,         // every unsynced byte survives
  kTearAndReorder,  // each unit of unsynced bytes is kept or lost on its own
};

struct CrashOptions {
  uint64_t seed = 0;
  CrashMode mode = CrashMode::kTearAndReorder;
  // What the device writes as a whole; a power of two, 512 or 4096.
  uint64_t unit = 4096;
  // Unsynced changes of names are lost (kDropUnsynced) or lost or kept each on its own (the other
  // modes); they survive when false.
  bool lose_directory_entries = true;
  // The unsynced change of a name at this place, counted from the oldest, is lost, and with it what
  // follows from it; all others survive. Takes precedence over the line above.
  std::optional<size_t> lose_name_change = {};
};

class SimulatedDisk {
 public:
  SimulatedDisk();

  // The file or directory at `path`; absolute and relative paths start at the same root.
  int Find(const std::string& path, InodeId* inode) const;
  bool IsDirectory(InodeId inode) const { return At(inode).is_directory; }

  int CreateFile(const std::string& path, InodeId* inode);
  int CreateDirectories(const std::string& path);
  int Link(const std::string& from, const std::string& to);
  int Rename(const std::string& from, const std::string& to);
  int Remove(const std::string& path);
  int RemoveDirectory(const std::string& path);
  int List(const std::string& path, std::vector<std::string>* names) const;
  int SyncDirectory(const std::string& path);
  // Marks what a failed SyncDirectory leaves: rule 3.
  void FailDirectorySync(const std::string& path);

  const std::string& Bytes(InodeId inode) const { return *At(inode).bytes; }
  // Writes the first `limit` bytes of the pieces at `offset`, at most the file's length.
  void Write(InodeId inode, uint64_t offset, std::span<const Slice> pieces, uint64_t limit);
  // Makes a shorter file longer by zeros, as unsynced ones.
  void Extend(InodeId inode, uint64_t size);
  // Cuts the zeros behind `size` away. Not durable before a sync.
  void Cut(InodeId inode, uint64_t size);
  // EIO when writeback failed since the last sync.
  int SyncFile(InodeId inode);
  void FailFileSync(InodeId inode);
  void FailWriteback(InodeId inode) { At(inode).writeback_failed = true; }
  // Cuts and syncs; EINVAL when the file is shorter.
  int Truncate(InodeId inode, uint64_t size);
  // Replaces bytes as unsynced ones.
  void Overwrite(InodeId inode, Slice bytes);

  // Past any rule of durability: what a test puts on the disk is there and stays there. The other
  // names of that directory become durable too.
  void PutDurable(const std::string& path, Slice contents);
  void FlipDurable(InodeId inode, uint64_t offset, uint8_t mask);
  void RemoveDurable(const std::string& path);
  std::vector<std::string> AllFiles() const;

  // Becomes what a power cut leaves (simulated_crash.cc).
  void Crash(const CrashOptions& options);
  // Made, renamed or removed since the last sync of their directories.
  size_t unsynced_name_changes() const { return changes_.size(); }
  // Forgets files that no name, no unsynced change and none of `open` refers to.
  void Sweep(const std::map<InodeId, int>& open);

  uint64_t unsynced_bytes(InodeId inode) const;
  size_t unsynced_changes() const { return changes_.size(); }

 private:
  struct PendingRange {
    uint64_t begin = 0;
    uint64_t end = 0;
    bool lost_by_sync = false;
  };
  using Entries = std::map<std::string, InodeId>;
  struct Inode {
    bool is_directory = false;
    bool writeback_failed = false;
    std::shared_ptr<std::string> bytes;
    std::vector<PendingRange> pending;  // in order, not overlapping
    uint64_t uncut_size = 0;            // before a cut that was not synced; 0: none
    Entries entries;
    Entries durable_entries;
  };
  // Adds `to` and takes away `from`; a directory of kNone leaves that half out.
  struct EntryChange {
    InodeId inode = kNone;
    InodeId from_directory = kNone;
    std::string from;
    InodeId to_directory = kNone;
    std::string to;
    bool lost_by_sync = false;

    bool Touches(InodeId directory) const {
      return from_directory == directory || to_directory == directory;
    }
  };
  // Where a path leads: the directory, the name in it, and what is there, kNone for nothing.
  struct Target {
    InodeId directory = kNone;
    std::string name;
    InodeId inode = kNone;
  };
  // Names of changes that were left out, so that later changes of them are left out too.
  class HeldBackNames {
   public:
    bool Contains(const EntryChange& change) const {
      return names_.contains({change.from_directory, change.from}) ||
             names_.contains({change.to_directory, change.to});
    }
    void Add(const EntryChange& change);

   private:
    std::set<std::pair<InodeId, std::string>> names_;
  };
  static constexpr InodeId kNone = 0;
  static constexpr InodeId kRoot = 1;

  const Inode& At(InodeId inode) const;
  Inode& At(InodeId inode);
  std::string& MutableBytes(Inode* inode);
  static void AddPending(Inode* file, uint64_t begin, uint64_t end);
  void Shorten(Inode* file, uint64_t size);
  static std::vector<std::string> Split(const std::string& path);
  int Resolve(const std::string& path, Target* target) const;
  // As Resolve, for something that must be there.
  int ResolveExisting(const std::string& path, Target* target) const;
  InodeId NewInode(bool is_directory);
  void Change(EntryChange change);
  void Apply(const EntryChange& change, Entries Inode::*member);
  void MakeDurable(InodeId directory);
  // The same, for what a failed sync left as well.
  void Settle(InodeId directory);
  std::set<InodeId> Reachable() const;
  void CollectFiles(InodeId directory, const std::string& path,
                    std::vector<std::string>* files) const;

  void ResolveChanges(const CrashOptions& options, Random* random);
  void ResolveBytes(Inode* inode, const CrashOptions& options, Random* random);
  void ResolveCut(Inode* inode, const CrashOptions& options, Random* random);

  std::map<InodeId, Inode> inodes_;
  std::vector<EntryChange> changes_;
  InodeId next_inode_ = kRoot + 1;
};

}  // namespace ledgerstone
