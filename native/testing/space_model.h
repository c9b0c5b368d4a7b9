// A namespace as a sorted map: what was put under each key, and what was appended to it since.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "testing/store_world.h"

namespace ledgerstone {

struct ModelEntry {
  std::optional<std::string> base;
  uint64_t expires_at = 0;  // of the base; 0: never
  std::string appended;
  bool merged = false;

  std::optional<std::string> ValueAt(uint64_t now) const {
    const bool live = base.has_value() && (expires_at == 0 || expires_at > now);
    if (live) return *base + appended;
    return merged ? std::optional(appended) : std::nullopt;
  }
};
using ModelSpace = std::map<std::string, ModelEntry>;

inline KeyValues ValuesAt(const ModelSpace& space, uint64_t now) {
  KeyValues values;
  for (const auto& [key, entry] : space) {
    if (auto value = entry.ValueAt(now)) values[key] = *std::move(value);
  }
  return values;
}

}  // namespace ledgerstone
