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

// The directory a name stands in: "a" for "a/b/", "." for "a", "/" for "/a".
inline std::string ParentDirectory(Slice path) {
  const size_t last = path.find_last_not_of('/');
  if (last == Slice::npos) return "/";
  const size_t slash = path.find_last_of('/', last);
  if (slash == Slice::npos) return ".";
  const size_t end = path.find_last_not_of('/', slash);
  return end == Slice::npos ? "/" : std::string(path.substr(0, end + 1));
}

}  // namespace ledgerstone
