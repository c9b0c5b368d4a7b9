// The outcome of an operation that can fail. Absence ("no such key") is a value, never a Status.
//
// 1. An OK status costs one null pointer and no allocation.
// 2. Corruption carries file, offset, and where they are known what was expected and found.
// 3. `OutcomeUnknown` is kept for writes that may or may not be on disk; nothing else uses it.
// 4. The numbers are part of the boundary to TypeScript: src/binding compares them at load time,
//    and docs/errors.md lists them. Never renumber; retired numbers stay reserved.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace ledgerstone {

enum class StatusCode : uint8_t {
  kOk = 0,
  kCorruption = 1,       // bytes on disk are not what was written
  kIoError = 2,          // the operating system refused a read, write or sync
  kNoSpace = 3,          // disk or quota full
  kInvalidArgument = 4,  // the caller's mistake; nothing was done
  kNotSupported = 5,     // a format feature this build does not have, named in the message
  kFormatTooNew = 6,     // written by a newer format version
  kNotAStore = 7,        // the directory holds something else
  kNotFound = 8,         // a file or directory the operation needs is absent
  kLocked = 9,           // another owner holds the directory
  kReadOnly = 10,        // fail-stop after an earlier failure, or opened read-only
  kOutcomeUnknown = 11,  // the write may or may not survive; only reopening tells
  kClosed = 12,          // the handle was closed
  kNoMemory = 13,
  kMismatch = 14,     // reopened with another comparator, codec or kind
  kIncomplete = 15,   // memory alone can't answer; ask again with the disk allowed
  kAborted = 16,      // given up because the store is closing
  kMergeFailed = 17,  // an entry's operands can't be merged: overflow, or bytes of another kind
  kConflict = 18,     // what was read has been written since; nothing was done
  kPositionMismatch = 19,  // the event log does not end where the append expected; nothing was done
  kStaleEpoch = 20,        // a newer writer has taken the event log over; nothing was done
  kNotRetained = 21,       // asks for a past that is not kept; `expected` is the earliest sequence
};

// The stable upper-case name of a code, as TypeScript and docs/errors.md spell it.
std::string_view StatusCodeName(StatusCode code);

// Where it happened: a file's name, and a byte offset where one is meant.
struct FilePlace {
  static constexpr uint64_t kNoOffset = ~uint64_t{0};
  std::string file;
  uint64_t offset = kNoOffset;
};

class [[nodiscard]] Status {
 public:
  using Place = FilePlace;

  Status() = default;
  Status(StatusCode code, std::string message, Place place = {});

  static Status Ok() { return {}; }
  static Status InvalidArgument(std::string message);
  static Status NotSupported(std::string message, Place place = {});
  static Status Closed(std::string what);
  static Status Incomplete();
  static Status Aborted();
  static Status Conflict(std::string message);
  // What the caller said and what the log has, as short text.
  static Status PositionMismatch(std::string message, std::string expected, std::string found);
  static Status StaleEpoch(std::string message, std::string expected, std::string found);
  // `earliest`: what can be asked for.
  static Status NotRetained(uint64_t asked, uint64_t earliest);
  // What the bytes at `place` should have been and were, both as short text.
  static Status Corruption(std::string message, Place place, std::string expected = {},
                           std::string found = {});
  // From an errno value: ENOSPC and EDQUOT become kNoSpace, ENOENT kNotFound, ENOMEM kNoMemory,
  // the rest kIoError.
  static Status FromErrno(int error_number, std::string_view operation, Place place);

  bool ok() const { return detail_ == nullptr; }
  StatusCode code() const { return detail_ ? detail_->code : StatusCode::kOk; }
  bool Is(StatusCode code) const { return this->code() == code; }
  bool IsIncomplete() const { return Is(StatusCode::kIncomplete); }

  const std::string& message() const;
  const Place& place() const;
  const std::string& expected() const;
  const std::string& found() const;
  int error_number() const { return detail_ ? detail_->error_number : 0; }

  // The same failure told by an outer operation: keeps code and place, puts `context` in front.
  Status WithContext(std::string_view context) const;
  // The same cause under another code, as when a sticky failure turns a write away.
  Status As(StatusCode code, std::string_view context) const;

  // "CORRUPTION: block checksum (000012.sst, offset 4096; expected 1a2b3c4d, found 00000000)"
  std::string ToString() const;

 private:
  struct Detail {
    StatusCode code = StatusCode::kOk;
    int error_number = 0;
    std::string message;
    Place place;
    std::string expected;
    std::string found;
  };
  explicit Status(Detail detail);

  std::shared_ptr<const Detail> detail_;
};

}  // namespace ledgerstone

// Hands a failed Status to the caller.
#define LS_RETURN_IF_ERROR(expression)                                       \
  do {                                                                       \
    if (::ledgerstone::Status ls_status_ = (expression); !ls_status_.ok()) { \
      return ls_status_;                                                     \
    }                                                                        \
  } while (0)
