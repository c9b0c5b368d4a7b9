// Parts of a path, for naming files in errors and traces.
#pragma once

#include <string>

#include "ledgerstone/slice.h"

namespace ledgerstone {

// What follows the last slash; the whole path when there is none.
inline std::string BaseName(Slice path) {
  const size_t slash = path.rfind('/');
  return std::string(slash == Slice::npos ? path : path.substr(slash + 1));
}

// The directory a name stands in: "/" for "/a", "." for "a".
inline std::string ParentDirectory(Slice path) {
  const size_t slash = path.rfind('/');
  if (slash == Slice::npos) return ".";
  return std::string(slash == 0 ? Slice("/") : path.substr(0, slash));
}

}  // namespace ledgerstone
