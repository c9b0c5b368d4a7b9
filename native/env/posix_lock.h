// The lock that makes a directory belong to one owner. See posix_lock.cc for the rules.
#pragma once

#include <memory>
#include <string>

#include "ledgerstone/env.h"

namespace ledgerstone::posix {

Status LockDirectory(const std::string& directory, const std::string& name,
                     std::unique_ptr<DirectoryLock>* lock);

}  // namespace ledgerstone::posix
