// Reading an event log: a cursor fills chunks that JavaScript owns with runs of events, on the
// pool. Little-endian:
//   chunk := run*
//   run   := first: f64, micros: f64, count: u32, bytes: u32, size: u32 × count, event × count
//
// Fills never overlap: TypeScript sees to that, `busy` makes sure. Between fills the cursor keeps
// the record that did not fit whole.
#include <algorithm>
#include <iterator>

#include "binding/environment.h"
#include "binding/log_handle.h"
#include "binding/pool_work.h"

namespace ledgerstone::binding {
namespace {

constexpr size_t kRunHeadSize = 24;
constexpr size_t kEventSizeSize = 4;

struct LogCursorState {
  LogHandlePtr handle;
  uint64_t from = 0;
  uint64_t to = 0;
  std::unique_ptr<EventCursor> cursor;
  EventBatch batch;
  size_t taken = 0;  // of the batch's events
  Status failure;    // told behind the events that were read before it
  bool ended = false;
  bool busy = false;
  bool closed = false;

  // Bytes written, 0 at the end, or minus the room that the next event needs.
  Status Fill(Bytes chunk, int64_t* written);
  void Release() {
    cursor.reset();
    batch = {};
  }

 private:
  bool NextBatch();
  size_t WriteRun(char* out, size_t room);
};
using LogCursorPtr = std::shared_ptr<LogCursorState>;

// False at the end, or with a failure.
bool LogCursorState::NextBatch() {
  if (cursor == nullptr) failure = handle->log->Read(from, to, &cursor);
  if (failure.ok()) failure = cursor->Next(&batch);
  taken = 0;
  if (!failure.ok()) batch.events.clear();
  ended = batch.events.empty();
  return !ended;
}

// As many of the batch's events as have room; 0 when not even one has.
size_t LogCursorState::WriteRun(char* out, size_t room) {
  const std::vector<Slice>& events = batch.events;
  size_t needed = kRunHeadSize;
  size_t end = taken;
  for (; end < events.size(); ++end) {
    const size_t more = kEventSizeSize + events[end].size();
    if (needed + more > room) break;
    needed += more;
  }
  const size_t count = end - taken;
  if (count == 0) return 0;
  const auto first = static_cast<double>(batch.first + taken);
  const auto micros = static_cast<double>(batch.time_micros);
  std::memcpy(out, &first, sizeof first);
  std::memcpy(out + 8, &micros, sizeof micros);
  PutUint32(out + 16, static_cast<uint32_t>(count));
  PutUint32(out + 20, static_cast<uint32_t>(needed - kRunHeadSize - count * kEventSizeSize));
  char* size_at = out + kRunHeadSize;
  char* event_at = size_at + count * kEventSizeSize;
  for (; taken < end; ++taken, size_at += kEventSizeSize) {
    const Slice& event = events[taken];
    PutUint32(size_at, static_cast<uint32_t>(event.size()));
    if (!event.empty()) std::memcpy(event_at, event.data(), event.size());
    event_at += event.size();
  }
  return needed;
}

Status LogCursorState::Fill(Bytes chunk, int64_t* written) {
  size_t length = 0;
  *written = 0;
  for (;;) {
    if (taken == batch.events.size() && (ended || !NextBatch())) break;
    const size_t bytes = WriteRun(chunk.data + length, chunk.size - length);
    if (bytes == 0) break;
    length += bytes;
  }
  if (length > 0) {
    *written = static_cast<int64_t>(length);
  } else if (!ended) {
    const size_t needed = kRunHeadSize + kEventSizeSize + batch.events[taken].size();
    *written = -static_cast<int64_t>(needed);
  }
  return length > 0 ? Status::Ok() : failure;
}

// The cursor behind `this`; nullptr with an exception pending when it is none.
template <size_t N>
const LogCursorPtr* CursorOf(const Call<N>& call) {
  void* box = nullptr;
  if (napi_unwrap(call.env, call.self, &box) == napi_ok && box != nullptr) {
    return static_cast<const LogCursorPtr*>(box);
  }
  ThrowTypeError(call.env, "this", "a cursor");
  return nullptr;
}

napi_value Fill(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  Bytes bytes;
  const LogCursorPtr* found = CursorOf(call);
  if (found == nullptr || !call.Read("chunk", &bytes)) return nullptr;
  const LogCursorPtr state = *found;
  if (state->closed || state->busy) {
    return Throw(env, state->closed
                          ? Status::Closed("the cursor")
                          : Status::InvalidArgument("the cursor is being read already"));
  }
  state->busy = true;
  // The chunk stays put while it is referenced.
  napi_ref chunk = nullptr;
  napi_create_reference(env, call.argument[0], 1, &chunk);
  const auto written = std::make_shared<int64_t>(0);
  return RunOnPool(env, "ledgerstone.readLog",
                   {.run = [state, bytes, written] { return state->Fill(bytes, written.get()); },
                    .result = [written](napi_env e) { return Value(e, *written); },
                    .settled =
                        [state, chunk](napi_env e) {
                          napi_delete_reference(e, chunk);
                          state->busy = false;
                          if (state->closed) state->Release();
                        }});
}

napi_value CloseCursor(napi_env env, napi_callback_info info) {
  const LogCursorPtr* state = CursorOf(Call<>(env, info));
  if (state == nullptr) return nullptr;
  (*state)->closed = true;
  if (!(*state)->busy) (*state)->Release();
  return nullptr;
}

napi_value ConstructCursor(napi_env env, napi_callback_info info) { return Call<>(env, info).self; }

napi_value CursorClass(napi_env env) {
  napi_ref& reference = Environment::Of(env)->log_cursor_class;
  napi_value constructor = nullptr;
  if (reference != nullptr) {
    napi_get_reference_value(env, reference, &constructor);
    return constructor;
  }
  const auto method = [](const char* name, napi_callback callback) {
    return napi_property_descriptor{name,    nullptr, callback,     nullptr,
                                    nullptr, nullptr, napi_default, nullptr};
  };
  const napi_property_descriptor methods[] = {method("fill", Fill), method("close", CloseCursor)};
  napi_define_class(env, "NativeLogCursor", NAPI_AUTO_LENGTH, ConstructCursor, nullptr,
                    std::size(methods), methods, &constructor);
  napi_create_reference(env, constructor, 1, &reference);
  return constructor;
}

}  // namespace

napi_value MakeLogCursor(napi_env env, const LogHandlePtr& handle, uint64_t from, uint64_t to) {
  napi_value object = nullptr;
  if (napi_new_instance(env, CursorClass(env), 0, nullptr, &object) != napi_ok) return nullptr;
  const auto state = std::make_shared<LogCursorState>();
  state->handle = handle;
  state->from = from;
  state->to = to;
  const auto release = [](napi_env, void* box, void*) { delete static_cast<LogCursorPtr*>(box); };
  napi_wrap(env, object, new LogCursorPtr(state), release, nullptr, nullptr);
  return object;
}

}  // namespace ledgerstone::binding
