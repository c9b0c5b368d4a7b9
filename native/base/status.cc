#include "ledgerstone/status.h"

#include <cerrno>
#include <cstring>

namespace ledgerstone {
namespace {

const std::string kEmpty;
const FilePlace kNowhere;

}  // namespace

std::string_view StatusCodeName(StatusCode code) {
  switch (code) {
    case StatusCode::kOk:
      return "OK";
    case StatusCode::kCorruption:
      return "CORRUPTION";
    case StatusCode::kIoError:
      return "IO_ERROR";
    case StatusCode::kNoSpace:
      return "NO_SPACE";
    case StatusCode::kInvalidArgument:
      return "INVALID_ARGUMENT";
    case StatusCode::kNotSupported:
      return "NOT_SUPPORTED";
    case StatusCode::kFormatTooNew:
      return "FORMAT_TOO_NEW";
    case StatusCode::kNotAStore:
      return "NOT_A_STORE";
    case StatusCode::kNotFound:
      return "NOT_FOUND";
    case StatusCode::kLocked:
      return "LOCKED";
    case StatusCode::kReadOnly:
      return "READ_ONLY";
    case StatusCode::kOutcomeUnknown:
      return "OUTCOME_UNKNOWN";
    case StatusCode::kClosed:
      return "CLOSED";
    case StatusCode::kNoMemory:
      return "NO_MEMORY";
    case StatusCode::kMismatch:
      return "MISMATCH";
    case StatusCode::kIncomplete:
      return "INCOMPLETE";
    case StatusCode::kAborted:
      return "ABORTED";
    case StatusCode::kMergeFailed:
      return "MERGE_FAILED";
    case StatusCode::kConflict:
      return "CONFLICT";
    case StatusCode::kPositionMismatch:
      return "POSITION_MISMATCH";
    case StatusCode::kStaleEpoch:
      return "STALE_EPOCH";
    case StatusCode::kNotRetained:
      return "NOT_RETAINED";
  }
  return "INVALID";
}

Status::Status(Detail detail) : detail_(std::make_shared<const Detail>(std::move(detail))) {}

Status::Status(StatusCode code, std::string message, Place place) {
  if (code == StatusCode::kOk) return;
  *this = Status(Detail{code, 0, std::move(message), std::move(place), {}, {}});
}

Status Status::InvalidArgument(std::string message) {
  return Status(StatusCode::kInvalidArgument, std::move(message));
}

Status Status::NotSupported(std::string message, Place place) {
  return Status(StatusCode::kNotSupported, std::move(message), std::move(place));
}

Status Status::Closed(std::string what) {
  return Status(StatusCode::kClosed, std::move(what) + " is closed");
}

Status Status::Incomplete() { return Status(StatusCode::kIncomplete, "the answer needs the disk"); }

Status Status::Aborted() { return Status(StatusCode::kAborted, "the store is closing"); }

Status Status::Conflict(std::string message) {
  return Status(StatusCode::kConflict, std::move(message));
}

Status Status::PositionMismatch(std::string message, std::string expected, std::string found) {
  return Status(Detail{StatusCode::kPositionMismatch,
                       0,
                       std::move(message),
                       {},
                       std::move(expected),
                       std::move(found)});
}

Status Status::StaleEpoch(std::string message, std::string expected, std::string found) {
  return Status(Detail{
      StatusCode::kStaleEpoch, 0, std::move(message), {}, std::move(expected), std::move(found)});
}

Status Status::NotRetained(uint64_t asked, uint64_t earliest) {
  return Status(Detail{StatusCode::kNotRetained,
                       0,
                       "sequence " + std::to_string(asked) +
                           " is no longer kept; the earliest that can be asked for is " +
                           std::to_string(earliest),
                       {},
                       std::to_string(earliest),
                       std::to_string(asked)});
}

Status Status::Corruption(std::string message, Place place, std::string expected,
                          std::string found) {
  return Status(Detail{StatusCode::kCorruption, 0, std::move(message), std::move(place),
                       std::move(expected), std::move(found)});
}

Status Status::FromErrno(int error_number, std::string_view operation, Place place) {
  StatusCode code = StatusCode::kIoError;
  if (error_number == ENOSPC || error_number == EDQUOT) code = StatusCode::kNoSpace;
  if (error_number == ENOENT) code = StatusCode::kNotFound;
  if (error_number == ENOMEM) code = StatusCode::kNoMemory;
  std::string message(operation);
  message += ": ";
  message += std::strerror(error_number);
  return Status(Detail{code, error_number, std::move(message), std::move(place), {}, {}});
}

const std::string& Status::message() const { return detail_ ? detail_->message : kEmpty; }
const Status::Place& Status::place() const { return detail_ ? detail_->place : kNowhere; }
const std::string& Status::expected() const { return detail_ ? detail_->expected : kEmpty; }
const std::string& Status::found() const { return detail_ ? detail_->found : kEmpty; }

Status Status::WithContext(std::string_view context) const { return As(code(), context); }

Status Status::As(StatusCode code, std::string_view context) const {
  if (ok()) return *this;
  Detail detail = *detail_;
  detail.code = code;
  detail.message = std::string(context) + ": " + detail.message;
  return Status(std::move(detail));
}

std::string Status::ToString() const {
  if (ok()) return "OK";
  std::string text(StatusCodeName(code()));
  text += ": " + message();
  if (place().file.empty()) return text;
  text += " (" + place().file;
  if (place().offset != Place::kNoOffset) text += ", offset " + std::to_string(place().offset);
  if (!expected().empty()) text += "; expected " + expected();
  if (!found().empty()) text += ", found " + found();
  return text + ")";
}

}  // namespace ledgerstone
