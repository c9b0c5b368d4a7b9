#include "store/trace.h"

#include "base/text.h"

namespace ledgerstone {
namespace {

constexpr size_t kBufferBytes = 64 << 10;
constexpr uint64_t kWriteMicros = 1'000'000;
constexpr int kEventLane = kLaneCount + 1;  // lanes are threads 1 … kLaneCount

// Text as JSON holds it; what is not printable ASCII is shown as \xNN.
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : EscapeBytes(text)) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

std::string Head(const char* phase, int thread, const std::string& name) {
  return "{\"ph\":\"" + std::string(phase) + "\",\"pid\":1,\"tid\":" + std::to_string(thread) +
         ",\"name\":" + Quoted(name);
}

std::string Named(const char* what, int thread, const std::string& name) {
  return Head("M", thread, what) + ",\"args\":{\"name\":" + Quoted(name) + "}}";
}

std::string Opening(const std::string& process) {
  std::string text = "[\n" + Named("process_name", 0, process);
  const char* const kNames[] = {"commit lane", "flush lane", "compaction lane", "events"};
  for (int thread = 1; thread <= kEventLane; ++thread) {
    text += ",\n" + Named("thread_name", thread, kNames[thread - 1]);
    text += ",\n" + Head("M", thread, "thread_sort_index") +
            ",\"args\":{\"sort_index\":" + std::to_string(thread) + "}}";
  }
  return text;
}

std::string Instant(uint64_t at, const std::string& text) {
  return Head("i", kEventLane, text) + ",\"ts\":" + std::to_string(at) + ",\"s\":\"t\"}";
}

}  // namespace

Status Tracer::Start(const std::string& path, const std::string& process, uint64_t bytes_max) {
  const std::lock_guard file_lock(file_mutex_);
  if (file_ != nullptr) return Status::InvalidArgument("a trace is being recorded already");
  bool exists = false;
  LS_RETURN_IF_ERROR(env_->FileExists(path, &exists));
  if (exists) return Status::InvalidArgument("there is a file '" + path + "' already");
  LS_RETURN_IF_ERROR(env_->NewWritableFile(path, WriteMode::kCreate, &file_));
  status_ = Status::Ok();
  const std::lock_guard lock(mutex_);
  buffer_ = Opening(process);
  began_ = written_at_ = env_->NowMicros();
  bytes_ = buffer_.size();
  bytes_max_ = bytes_max;
  on_.store(true, std::memory_order_relaxed);
  return Status::Ok();
}

Status Tracer::Stop() {
  on_.store(false, std::memory_order_relaxed);
  const std::lock_guard file_lock(file_mutex_);
  if (file_ != nullptr) End(Status::Ok());
  return status_;
}

void Tracer::AddSpan(Lane lane, const char* name, uint64_t began, uint64_t ended,
                     const std::string& arguments) {
  const uint64_t origin = began_.load(std::memory_order_relaxed);
  if (began < origin) return;  // of before the recording
  std::string event = Head("X", static_cast<int>(lane) + 1, name);
  event +=
      ",\"ts\":" + std::to_string(began - origin) + ",\"dur\":" + std::to_string(ended - began);
  if (!arguments.empty()) event += ",\"args\":{" + arguments + "}";
  Add(event + "}");
}

void Tracer::AddInstant(const std::string& text) {
  if (!on()) return;
  Add(Instant(env_->NowMicros() - began_.load(std::memory_order_relaxed), text));
}

void Tracer::Add(const std::string& event) {
  bool due = false;
  {
    const std::lock_guard lock(mutex_);
    if (!on()) return;
    const uint64_t now = env_->NowMicros();
    const bool full = bytes_ + event.size() + 2 > bytes_max_;
    const std::string line = ",\n" + (full ? Instant(now - began_, "the trace is full") : event);
    buffer_ += line;
    bytes_ += line.size();
    if (full) on_.store(false, std::memory_order_relaxed);
    due = full || buffer_.size() >= kBufferBytes || now - written_at_ >= kWriteMicros;
    if (due) written_at_ = now;
  }
  if (due) WriteOut();
}

void Tracer::WriteOut() {
  const std::lock_guard file_lock(file_mutex_);
  if (file_ == nullptr) return;
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    text.swap(buffer_);
  }
  const Status status = text.empty() ? Status::Ok() : file_->Append(text);
  if (!status.ok()) End(status);
}

// Requires file_mutex_.
void Tracer::End(const Status& status) {
  on_.store(false, std::memory_order_relaxed);
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    text.swap(buffer_);
  }
  status_ = status;
  if (status_.ok()) status_ = file_->Append(text + "\n]\n");
  const Status closed = file_->Close();
  if (status_.ok()) status_ = closed;
  file_.reset();
}

Span::~Span() {
  if (!traced_ && histogram_ == nullptr) return;
  const uint64_t ended = env_->NowMicros();
  if (histogram_ != nullptr) histogram_->Record(ended - began_);
  if (traced_) tracer_->AddSpan(lane_, name_, began_, ended, arguments_);
}

void Span::AddNumber(const char* name, uint64_t value) {
  if (!arguments_.empty()) arguments_ += ",";
  arguments_ += Quoted(name) + ":" + std::to_string(value);
}

void Span::AddText(const char* name, const std::string& value) {
  if (!arguments_.empty()) arguments_ += ",";
  arguments_ += Quoted(name) + ":" + Quoted(value);
}

}  // namespace ledgerstone
