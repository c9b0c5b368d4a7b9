// Which file a path leads to, on the real file system: two paths have one identity exactly if they
// are names of one file. An identity is not given to another file while the file is open.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "ledgerstone/status.h"

namespace ledgerstone::posix {

using FileIdentity = std::pair<uint64_t, uint64_t>;  // device, inode

// NotFound when the path leads nowhere.
Status IdentifyFile(const std::string& path, FileIdentity* identity);

}  // namespace ledgerstone::posix
