#include "env/simulated_disk.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/checks.h"

namespace ledgerstone {

SimulatedDisk::SimulatedDisk() { inodes_[kRoot].is_directory = true; }

const SimulatedDisk::Inode& SimulatedDisk::At(InodeId inode) const {
  const auto found = inodes_.find(inode);
  LS_CHECK(found != inodes_.end());
  return found->second;
}

SimulatedDisk::Inode& SimulatedDisk::At(InodeId inode) {
  return const_cast<Inode&>(std::as_const(*this).At(inode));
}

std::string& SimulatedDisk::MutableBytes(Inode* inode) {
  LS_CHECK(!inode->is_directory);
  if (inode->bytes.use_count() > 1) inode->bytes = std::make_shared<std::string>(*inode->bytes);
  return *inode->bytes;
}

std::vector<std::string> SimulatedDisk::Split(const std::string& path) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin < path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string part = path.substr(begin, end - begin);
    if (part == ".." && !parts.empty()) {
      parts.pop_back();
    } else if (!part.empty() && part != "." && part != "..") {
      parts.push_back(part);
    }
    begin = end + 1;
  }
  return parts;
}

int SimulatedDisk::Resolve(const std::string& path, Target* target) const {
  const std::vector<std::string> parts = Split(path);
  *target = {kNone, "", kRoot};
  for (const std::string& part : parts) {
    if (target->inode == kNone) return ENOENT;
    const Inode& directory = At(target->inode);
    if (!directory.is_directory) return ENOTDIR;
    const auto found = directory.entries.find(part);
    *target = {target->inode, part, found == directory.entries.end() ? kNone : found->second};
  }
  return 0;
}

int SimulatedDisk::ResolveExisting(const std::string& path, Target* target) const {
  if (const int error = Resolve(path, target)) return error;
  return target->inode == kNone ? ENOENT : 0;
}

int SimulatedDisk::Find(const std::string& path, InodeId* inode) const {
  Target target;
  if (const int error = ResolveExisting(path, &target)) return error;
  *inode = target.inode;
  return 0;
}

InodeId SimulatedDisk::NewInode(bool is_directory) {
  Inode inode;
  inode.is_directory = is_directory;
  if (!is_directory) inode.bytes = std::make_shared<std::string>();
  inodes_.emplace(next_inode_, std::move(inode));
  return next_inode_++;
}

void SimulatedDisk::Apply(const EntryChange& change, Entries Inode::*member) {
  if (change.to_directory != kNone) (At(change.to_directory).*member)[change.to] = change.inode;
  if (change.from_directory == kNone) return;
  Entries& entries = At(change.from_directory).*member;
  const auto found = entries.find(change.from);
  LS_CHECK(found != entries.end() && found->second == change.inode);
  entries.erase(found);
}

void SimulatedDisk::Change(EntryChange change) {
  LS_CHECK(change.inode != kNone);
  Apply(change, &Inode::entries);
  changes_.push_back(std::move(change));
}

void SimulatedDisk::HeldBackNames::Add(const EntryChange& change) {
  if (change.from_directory != kNone) names_.emplace(change.from_directory, change.from);
  if (change.to_directory != kNone) names_.emplace(change.to_directory, change.to);
}

// Walks back from the newest change: one that is made durable takes the earlier changes of every
// directory it touches along.
void SimulatedDisk::MakeDurable(InodeId directory) {
  std::set<InodeId> directories = {directory};
  std::vector<bool> chosen(changes_.size());
  for (size_t i = changes_.size(); i-- > 0;) {
    const EntryChange& change = changes_[i];
    chosen[i] =
        directories.contains(change.from_directory) || directories.contains(change.to_directory);
    if (!chosen[i]) continue;
    if (change.from_directory != kNone) directories.insert(change.from_directory);
    if (change.to_directory != kNone) directories.insert(change.to_directory);
  }
  HeldBackNames held_back;
  std::vector<EntryChange> rest;
  for (size_t i = 0; i < changes_.size(); ++i) {
    EntryChange& change = changes_[i];
    if (chosen[i] && !change.lost_by_sync && !held_back.Contains(change)) {
      Apply(change, &Inode::durable_entries);
      continue;
    }
    change.lost_by_sync |= chosen[i];
    held_back.Add(change);
    rest.push_back(std::move(change));
  }
  changes_ = std::move(rest);
}

void SimulatedDisk::Settle(InodeId directory) {
  for (EntryChange& change : changes_) change.lost_by_sync = false;
  MakeDurable(directory);
}

int SimulatedDisk::CreateFile(const std::string& path, InodeId* inode) {
  Target target;
  if (const int error = Resolve(path, &target)) return error;
  if (target.inode != kNone) return EEXIST;
  *inode = NewInode(false);
  Change({*inode, kNone, "", target.directory, target.name});
  return 0;
}

int SimulatedDisk::CreateDirectories(const std::string& path) {
  std::string prefix;
  for (const std::string& part : Split(path)) {
    prefix += "/" + part;
    Target target;
    if (const int error = Resolve(prefix, &target)) return error;
    if (target.inode != kNone) {
      if (!At(target.inode).is_directory) return ENOTDIR;
      continue;
    }
    Change({NewInode(true), kNone, "", target.directory, target.name});
    MakeDurable(target.directory);
  }
  return 0;
}

int SimulatedDisk::Link(const std::string& from, const std::string& to) {
  Target source;
  Target target;
  if (const int error = ResolveExisting(from, &source)) return error;
  if (const int error = Resolve(to, &target)) return error;
  if (At(source.inode).is_directory) return EPERM;
  if (target.inode != kNone) return EEXIST;
  Change({source.inode, kNone, "", target.directory, target.name});
  return 0;
}

int SimulatedDisk::Rename(const std::string& from, const std::string& to) {
  Target source;
  Target target;
  if (const int error = ResolveExisting(from, &source)) return error;
  if (const int error = Resolve(to, &target)) return error;
  if (source.directory == kNone || target.directory == kNone) return EBUSY;
  if (source.inode == target.inode) return 0;
  const bool moves_directory = At(source.inode).is_directory;
  const std::vector<std::string> source_parts = Split(from);
  const std::vector<std::string> target_parts = Split(to);
  if (moves_directory && target_parts.size() > source_parts.size() &&
      std::equal(source_parts.begin(), source_parts.end(), target_parts.begin())) {
    return EINVAL;
  }
  if (target.inode != kNone) {
    const Inode& replaced = At(target.inode);
    if (moves_directory && !replaced.is_directory) return ENOTDIR;
    if (!moves_directory && replaced.is_directory) return EISDIR;
    if (!replaced.entries.empty()) return ENOTEMPTY;
  }
  Change({source.inode, source.directory, source.name, target.directory, target.name});
  return 0;
}

int SimulatedDisk::Remove(const std::string& path) {
  Target target;
  if (const int error = ResolveExisting(path, &target)) return error;
  if (At(target.inode).is_directory) return EISDIR;
  Change({target.inode, target.directory, target.name, kNone, ""});
  return 0;
}

int SimulatedDisk::RemoveDirectory(const std::string& path) {
  Target target;
  if (const int error = ResolveExisting(path, &target)) return error;
  if (target.directory == kNone) return EBUSY;
  if (!At(target.inode).is_directory) return ENOTDIR;
  if (!At(target.inode).entries.empty()) return ENOTEMPTY;
  Change({target.inode, target.directory, target.name, kNone, ""});
  return 0;
}

int SimulatedDisk::List(const std::string& path, std::vector<std::string>* names) const {
  names->clear();
  InodeId inode = kNone;
  if (const int error = Find(path, &inode)) return error;
  const Inode& directory = At(inode);
  if (!directory.is_directory) return ENOTDIR;
  for (const auto& [name, entry] : directory.entries) names->push_back(name);
  return 0;
}

int SimulatedDisk::SyncDirectory(const std::string& path) {
  InodeId inode = kNone;
  if (const int error = Find(path, &inode)) return error;
  if (!At(inode).is_directory) return ENOTDIR;
  MakeDurable(inode);
  return 0;
}

void SimulatedDisk::FailDirectorySync(const std::string& path) {
  InodeId inode = kNone;
  if (Find(path, &inode) != 0) return;
  for (EntryChange& change : changes_) change.lost_by_sync |= change.Touches(inode);
}

// What is pending there already stays as it is.
void SimulatedDisk::AddPending(Inode* file, uint64_t begin, uint64_t end) {
  std::vector<PendingRange> ranges;
  const auto add = [&ranges](const PendingRange& range) {
    if (range.begin >= range.end) return;
    const bool goes_on = !ranges.empty() && ranges.back().end == range.begin &&
                         ranges.back().lost_by_sync == range.lost_by_sync;
    if (goes_on) {
      ranges.back().end = range.end;
    } else {
      ranges.push_back(range);
    }
  };
  for (const PendingRange& range : file->pending) {
    add({begin, std::min(end, range.begin)});
    add(range);
    begin = std::max(begin, std::min(end, range.end));
  }
  add({begin, end});
  file->pending = std::move(ranges);
}

void SimulatedDisk::Write(InodeId inode, uint64_t offset, std::span<const Slice> pieces,
                          uint64_t limit) {
  Inode& file = At(inode);
  std::string& bytes = MutableBytes(&file);
  LS_CHECK(offset <= bytes.size());
  uint64_t end = offset;
  for (const Slice piece : pieces) {
    const Slice part = piece.substr(0, static_cast<size_t>(limit));
    bytes.replace(static_cast<size_t>(end), part.size(), part);
    end += part.size();
    limit -= part.size();
  }
  AddPending(&file, offset, end);
}

void SimulatedDisk::Extend(InodeId inode, uint64_t size) {
  Inode& file = At(inode);
  const uint64_t begin = file.bytes->size();
  if (begin >= size) return;
  MutableBytes(&file).resize(static_cast<size_t>(size));
  AddPending(&file, begin, size);
}

void SimulatedDisk::Cut(InodeId inode, uint64_t size) {
  Inode& file = At(inode);
  if (size >= file.bytes->size()) return;
  file.uncut_size = std::max<uint64_t>(file.uncut_size, file.bytes->size());
  Shorten(&file, size);
}

void SimulatedDisk::Shorten(Inode* file, uint64_t size) {
  MutableBytes(file).resize(static_cast<size_t>(size));
  std::erase_if(file->pending, [size](const PendingRange& range) { return range.begin >= size; });
  for (PendingRange& range : file->pending) range.end = std::min(range.end, size);
}

int SimulatedDisk::SyncFile(InodeId inode) {
  Inode& file = At(inode);
  if (file.writeback_failed) {
    FailFileSync(inode);
    return EIO;
  }
  std::erase_if(file.pending, [](const PendingRange& range) { return !range.lost_by_sync; });
  file.uncut_size = 0;
  return 0;
}

void SimulatedDisk::FailFileSync(InodeId inode) {
  Inode& file = At(inode);
  for (PendingRange& range : file.pending) range.lost_by_sync = true;
  file.writeback_failed = false;
}

int SimulatedDisk::Truncate(InodeId inode, uint64_t size) {
  Inode& file = At(inode);
  if (size > file.bytes->size()) return EINVAL;
  Shorten(&file, size);
  return SyncFile(inode);
}

void SimulatedDisk::Overwrite(InodeId inode, Slice bytes) {
  Inode& file = At(inode);
  if (*file.bytes == bytes) return;
  MutableBytes(&file) = bytes;
  file.pending.clear();
  if (!bytes.empty()) file.pending.push_back({0, bytes.size()});
}

void SimulatedDisk::PutDurable(const std::string& path, Slice contents) {
  Target target;
  LS_CHECK(Resolve(path, &target) == 0);
  LS_CHECK(target.directory != kNone);
  Settle(target.directory);
  if (target.inode == kNone) {
    target.inode = NewInode(false);
    At(target.directory).entries[target.name] = target.inode;
    At(target.directory).durable_entries[target.name] = target.inode;
  }
  Inode& file = At(target.inode);
  MutableBytes(&file) = contents;
  file.pending.clear();
}

void SimulatedDisk::FlipDurable(InodeId inode, uint64_t offset, uint8_t mask) {
  std::string& bytes = MutableBytes(&At(inode));
  LS_CHECK(offset < bytes.size());
  char& byte = bytes[static_cast<size_t>(offset)];
  byte = static_cast<char>(static_cast<uint8_t>(byte) ^ mask);
}

void SimulatedDisk::RemoveDurable(const std::string& path) {
  Target target;
  LS_CHECK(ResolveExisting(path, &target) == 0);
  LS_CHECK(target.directory != kNone);
  Settle(target.directory);
  At(target.directory).entries.erase(target.name);
  At(target.directory).durable_entries.erase(target.name);
}

void SimulatedDisk::CollectFiles(InodeId directory, const std::string& path,
                                 std::vector<std::string>* files) const {
  for (const auto& [name, inode] : At(directory).entries) {
    const std::string whole = path + "/" + name;
    if (At(inode).is_directory) {
      CollectFiles(inode, whole, files);
    } else {
      files->push_back(whole);
    }
  }
}

std::vector<std::string> SimulatedDisk::AllFiles() const {
  std::vector<std::string> files;
  CollectFiles(kRoot, "", &files);
  return files;
}

uint64_t SimulatedDisk::unsynced_bytes(InodeId inode) const {
  uint64_t bytes = 0;
  for (const PendingRange& range : At(inode).pending) bytes += range.end - range.begin;
  return bytes;
}

}  // namespace ledgerstone
