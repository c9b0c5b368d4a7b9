#include "env/file_identity.h"

#include <sys/stat.h>

#include <cerrno>

#include "env/path_name.h"

namespace ledgerstone::posix {

Status IdentifyFile(const std::string& path, FileIdentity* identity) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0) return Status::FromErrno(errno, "stat", {BaseName(path)});
  *identity = {static_cast<uint64_t>(info.st_dev), static_cast<uint64_t>(info.st_ino)};
  return Status::Ok();
}

}  // namespace ledgerstone::posix
