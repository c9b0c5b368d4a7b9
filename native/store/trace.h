// A recording of what the lanes do when, as a file that Perfetto and chrome://tracing open: the
// Chrome trace-event format, in its form as an array.
//
//   file    = "[\n" event (",\n" event)* "\n]\n"
//   event   = a JSON object: ph "M" names the process and its lanes, "X" is a span (ts, dur in
//             microseconds since Start), "i" an instant
//
// 1. Off, it costs one relaxed load. On, a span costs two looks at the clock and a line of text.
// 2. Lines are gathered and written by whichever lane fills the buffer, or comes a second after the
//    last write: never by a caller. Only whole lines are written, so that after the process died
//    the file lacks its end alone, which the viewers do without.
// 3. Bounded: when the file would grow beyond its limit, the recording ends with an instant that
//    says so. A failed write ends it too; the store goes on, and Stop tells.
// 4. Lock order: file_mutex_, then mutex_; both leaves but for the environment's own.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>

#include "base/histogram.h"
#include "ledgerstone/env.h"
#include "ledgerstone/scheduler.h"

namespace ledgerstone {

class Tracer {
 public:
  explicit Tracer(Env* env) : env_(env) {}

  // Makes the file, which must not exist. InvalidArgument while a recording goes on.
  Status Start(const std::string& path, const std::string& process, uint64_t bytes_max);
  // Ends the file. The first failure of the recording, if any; OK when none goes on.
  Status Stop();

  bool on() const { return on_.load(std::memory_order_relaxed); }
  // Times are the environment's. `arguments` are members of a JSON object, or empty.
  void AddSpan(Lane lane, const char* name, uint64_t began, uint64_t ended,
               const std::string& arguments);
  void AddInstant(const std::string& text);

 private:
  void Add(const std::string& event);
  void WriteOut();
  void End(const Status& status);

  Env* const env_;
  std::atomic<bool> on_{false};
  std::atomic<uint64_t> began_{0};
  std::mutex file_mutex_;
  std::unique_ptr<WritableFile> file_;  // guarded by file_mutex_, like status_
  Status status_;
  std::mutex mutex_;
  std::string buffer_;  // guarded by mutex_, like all below
  uint64_t written_at_ = 0;
  uint64_t bytes_ = 0;  // of the file and the buffer
  uint64_t bytes_max_ = 0;
};

// Times one piece of a lane's work, from here to the end of the scope.
class Span {
 public:
  Span(Env* env, Tracer* tracer, Lane lane, const char* name, Histogram* histogram = nullptr)
      : env_(env), tracer_(tracer), lane_(lane), name_(name), histogram_(histogram) {
    traced_ = tracer->on();
    if (traced_ || histogram != nullptr) began_ = env->NowMicros();
  }
  ~Span();
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;

  // What the trace shows with it; nothing is made when there is none.
  void Number(const char* name, uint64_t value) {
    if (traced_) AddNumber(name, value);
  }
  void Text(const char* name, const std::string& value) {
    if (traced_) AddText(name, value);
  }

 private:
  void AddNumber(const char* name, uint64_t value);
  void AddText(const char* name, const std::string& value);

  Env* const env_;
  Tracer* const tracer_;
  const Lane lane_;
  const char* const name_;
  Histogram* const histogram_;
  bool traced_ = false;
  uint64_t began_ = 0;
  std::string arguments_;
};

}  // namespace ledgerstone
