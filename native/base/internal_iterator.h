// The iterator every layer speaks: over internal keys, in internal order.
//
// 1. key() and value() stay readable until the next move or the iterator's end.
// 2. After a failed move Valid() is false and status() says why. Valid() false with an OK status is
//    the end. A caller that stops at Valid() false must look at status().
// 3. Used by one thread at a time.
#pragma once

#include <memory>

#include "base/range_tombstones.h"
#include "ledgerstone/slice.h"
#include "ledgerstone/status.h"

namespace ledgerstone {

class InternalIterator {
 public:
  virtual ~InternalIterator() = default;
  virtual bool Valid() const = 0;
  virtual void SeekToFirst() = 0;
  virtual void SeekToLast() = 0;
  // To the first entry not before `internal_key`.
  virtual void Seek(Slice internal_key) = 0;
  virtual void Next() = 0;
  virtual void Prev() = 0;
  // The internal key; valid iterators only, like value().
  virtual Slice key() const = 0;
  virtual Slice value() const = 0;
  virtual Status status() const = 0;
  // Moves on in the direction it was moving in, which `forward` tells, past the entries that the
  // tombstone erases, to the first that it doesn't. Those ahead may be passed over unread.
  virtual void SkipErased(const RangeTombstone& tombstone, bool forward) {
    while (Valid() && tombstone.Erases(key())) forward ? Next() : Prev();
  }
};

}  // namespace ledgerstone
