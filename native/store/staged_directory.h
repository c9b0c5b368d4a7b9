// A directory that appears under its name only when it is whole: made as `<target>.partial`, synced
// and renamed into place.
//
// 1. The target must be absent or empty. Until Finish it is not touched.
// 2. What an earlier, killed attempt left under the temporary name is removed by the next one; a
//    lock keeps two attempts apart.
// 3. Without a successful Finish the destructor removes what was made, as far as the disk lets it.
#pragma once

#include <memory>
#include <string>

#include "ledgerstone/env.h"

namespace ledgerstone {

class StagedDirectory {
 public:
  StagedDirectory(Env* env, std::string target);
  ~StagedDirectory();
  StagedDirectory(const StagedDirectory&) = delete;
  StagedDirectory& operator=(const StagedDirectory&) = delete;

  // InvalidArgument when the target is not empty, or when somebody else's files are in the way.
  Status Begin();
  // Where to put the files, while it is under its temporary name.
  const std::string& path() const { return path_; }
  // Lets go of the lock, for a store that is opened in it until Finish.
  void HandOver() { lock_.reset(); }
  // Everything in it has been synced; its names are synced here.
  Status Finish();

 private:
  Status CheckTarget();
  Status RemoveContents(bool keep_lock);
  void Discard();

  Env* const env_;
  std::string target_;
  std::string path_;
  std::unique_ptr<DirectoryLock> lock_;
  bool begun_ = false;
};

}  // namespace ledgerstone
