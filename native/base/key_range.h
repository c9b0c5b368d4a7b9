// A run of keys between two bounds, either of which may be open. Borrows the bounds' bytes.
#pragma once

#include "base/internal_key.h"

namespace ledgerstone {

struct KeyRange {
  struct Bound {
    Slice key;
    bool inclusive = true;
    bool set = false;
  };
  Bound lower;
  Bound upper;

  static KeyRange Only(Slice key) { return {{key, true, true}, {key, true, true}}; }

  bool IsBelow(Slice key) const {
    if (!lower.set) return false;
    const int order = CompareUserKeys(key, lower.key);
    return order < 0 || (order == 0 && !lower.inclusive);
  }
  bool IsAbove(Slice key) const {
    if (!upper.set) return false;
    const int order = CompareUserKeys(key, upper.key);
    return order > 0 || (order == 0 && !upper.inclusive);
  }
  bool Contains(Slice key) const { return !IsBelow(key) && !IsAbove(key); }
  // Whether it may hold a key of [begin, end); empty bounds are open. Right but for ranges between
  // two keys that have no key between them.
  bool Meets(Slice begin, Slice end) const {
    const bool ends_before = !end.empty() && lower.set && CompareUserKeys(end, lower.key) <= 0;
    return !ends_before && !IsAbove(begin);
  }
};

}  // namespace ledgerstone
