// The event log: opening, appends from the shared write buffer, what it knows of itself, archiving,
// checking, closing.
#include "binding/environment.h"
#include "binding/findings.h"
#include "binding/log_handle.h"
#include "binding/pool_work.h"

namespace ledgerstone::binding {
namespace {

using LogHandleBox = LogHandlePtr;

// Destroying a log that was never closed closes it, which waits for the disk: not on this thread.
void ReleaseLog(napi_env env, void* box, void*) {
  std::unique_ptr<LogHandleBox> owned(static_cast<LogHandleBox*>(box));
  if (owned->use_count() > 1) return;
  const LogHandlePtr last = std::move(*owned);
  if (last->detached()) return;
  RunDetached(env, "ledgerstone.forgottenLog",
              {.run = [last] { return last->log->Close(); },
               .settled = [last](napi_env) { last->Detach(); }});
}

bool ReadLogOptions(napi_env env, napi_value object, EventLogOptions* options) {
  uint64_t segment_bytes = 0;
  if (!ReadFields(env, object, "createIfMissing", &options->create_if_missing, "errorIfExists",
                  &options->error_if_exists, "readOnly", &options->read_only, "segmentBytes",
                  &segment_bytes, "archiveDirectory", &options->archive_directory)) {
    return false;
  }
  if (segment_bytes > 0) options->segment_bytes = segment_bytes;
  return true;
}

napi_value Report(napi_env env, napi_callback_info info) {
  const EventLogReport& report = LogCall<>(env, info).log()->report();
  napi_value object = Object(env);
  Set(env, object, "created", report.created);
  Set(env, object, "cleanClose", report.clean_close);
  Set(env, object, "segments", report.segments);
  Set(env, object, "cutBytes", report.cut_bytes);
  Set(env, object, "validBeyondCut", report.valid_beyond_cut);
  Set(env, object, "cutFile", report.cut_file);
  Set(env, object, "cutOffset", report.cut_offset);
  Set(env, object, "indexEntriesDropped", report.index_entries_dropped);
  Set(env, object, "indexEntriesRebuilt", report.index_entries_rebuilt);
  Set(env, object, "micros", report.micros);
  return object;
}

napi_value LogId(napi_env env, napi_callback_info info) {
  return Value(env, Slice(LogCall<>(env, info).log()->log_id()));
}

napi_value SetWriteBuffer(napi_env env, napi_callback_info info) {
  const LogCall<1> call(env, info);
  call.handle()->SetBuffer(call.argument[0]);
  return nullptr;
}

napi_value Append(napi_env env, napi_callback_info info) {
  const LogCall<4> call(env, info);
  uint32_t length = 0;
  uint32_t count = 0;
  AppendOptions options;
  if (!call.Read("length", &length, "count", &count, "expected", &options.expected, "epoch",
                 &options.epoch)) {
    return nullptr;
  }
  const Bytes& buffer = call.handle()->write_buffer;
  if (length > buffer.size) {
    return Throw(env, Status::InvalidArgument("length is beyond the write buffer"));
  }
  return call.handle()->TicketFrom([&](EventLog::AppendDone done) {
    call.log()->Append(Slice(buffer.data, length), count, options, std::move(done));
  });
}

napi_value Fence(napi_env env, napi_callback_info info) {
  const LogCall<1> call(env, info);
  uint64_t epoch = 0;
  if (!call.Read("epoch", &epoch)) return nullptr;
  return call.handle()->TicketFrom(
      [&](EventLog::AppendDone done) { call.log()->Fence(epoch, std::move(done)); });
}

napi_value Roll(napi_env env, napi_callback_info info) {
  const LogCall<> call(env, info);
  return call.handle()->TicketFrom(
      [&](EventLog::AppendDone done) { call.log()->Roll(std::move(done)); });
}

napi_value FirstPosition(napi_env env, napi_callback_info info) {
  return Value(env, LogCall<>(env, info).log()->FirstPosition());
}

napi_value DurablePosition(napi_env env, napi_callback_info info) {
  return Value(env, LogCall<>(env, info).log()->DurablePosition());
}

napi_value Epoch(napi_env env, napi_callback_info info) {
  return Value(env, LogCall<>(env, info).log()->Epoch());
}

napi_value Chain(napi_env env, napi_callback_info info) {
  const LogCall<1> call(env, info);
  uint64_t position = 0;
  if (!call.Read("position", &position)) return nullptr;
  struct Link {
    uint32_t chain = 0;
    uint64_t last = 0;
  };
  return Compute<Link>(
      env, "ledgerstone.chain",
      [handle = call.shared(), position](Link* link) {
        return handle->log->Chain(position, &link->chain, &link->last);
      },
      [](napi_env e, const Link& link) {
        napi_value object = Object(e);
        Set(e, object, "chain", link.chain);
        Set(e, object, "last", link.last);
        return object;
      });
}

napi_value SeekTime(napi_env env, napi_callback_info info) {
  const LogCall<1> call(env, info);
  uint64_t micros = 0;
  if (!call.Read("micros", &micros)) return nullptr;
  return Compute<uint64_t>(env, "ledgerstone.seekTime",
                           [handle = call.shared(), micros](uint64_t* position) {
                             return handle->log->SeekTime(micros, position);
                           });
}

napi_value Read(napi_env env, napi_callback_info info) {
  const LogCall<2> call(env, info);
  uint64_t from = 0;
  uint64_t to = 0;
  if (!call.Read("from", &from, "to", &to)) return nullptr;
  return MakeLogCursor(env, call.shared(), from, to);
}

napi_value SegmentObject(napi_env env, const SegmentFacts& segment) {
  napi_value object = Object(env);
  Set(env, object, "number", segment.number);
  Set(env, object, "first", segment.first);
  Set(env, object, "last", segment.last);
  Set(env, object, "firstMicros", segment.first_time_micros);
  Set(env, object, "lastMicros", segment.last_time_micros);
  Set(env, object, "bytes", segment.bytes);
  Set(env, object, "finished", segment.finished);
  Set(env, object, "archived", segment.archived);
  Set(env, object, "directory", segment.directory);
  Set(env, object, "chain", segment.chain);
  Set(env, object, "digest", segment.digest);
  return object;
}

napi_value Segments(napi_env env, napi_callback_info info) {
  return List(env, LogCall<>(env, info).log()->Segments(),
              [env](const SegmentFacts& segment) { return SegmentObject(env, segment); });
}

napi_value Archive(napi_env env, napi_callback_info info) {
  const LogCall<2> call(env, info);
  std::string directory;
  uint64_t through = 0;
  if (!call.Read("directory", &directory, "through", &through)) return nullptr;
  return Compute<uint64_t>(env, "ledgerstone.archive",
                           [handle = call.shared(), directory, through](uint64_t* moved) {
                             return handle->log->Archive(directory, through, moved);
                           });
}

napi_value Verify(napi_env env, napi_callback_info info) {
  return Compute<std::vector<Status>>(
      env, "ledgerstone.verifyLog",
      [handle = LogCall<>(env, info).shared()](std::vector<Status>* findings) {
        return handle->log->Verify(findings);
      },
      FindingList);
}

napi_value Close(napi_env env, napi_callback_info info) {
  const LogHandlePtr handle = LogCall<>(env, info).shared();
  return RunOnPool(env, "ledgerstone.closeLog",
                   {.run = [handle] { return handle->log->Close(); },
                    .settled = [handle](napi_env) { handle->DeliverAndDetach(); }});
}

struct LogFunction {
  const char* name;
  napi_callback callback;
};
constexpr LogFunction kLogFunctions[] = {{"openReport", Report},
                                         {"logId", LogId},
                                         {"setWriteBuffer", SetWriteBuffer},
                                         {"append", Append},
                                         {"fence", Fence},
                                         {"roll", Roll},
                                         {"firstPosition", FirstPosition},
                                         {"durablePosition", DurablePosition},
                                         {"epoch", Epoch},
                                         {"chain", Chain},
                                         {"seekTime", SeekTime},
                                         {"read", Read},
                                         {"segments", Segments},
                                         {"archive", Archive},
                                         {"verify", Verify},
                                         {"close", Close}};

}  // namespace

napi_value MakeLogObject(napi_env env, const LogHandlePtr& handle) {
  napi_value object = Object(env);
  for (const auto& [name, callback] : kLogFunctions) {
    napi_value function = Function(env, name, callback, handle.get());
    napi_add_finalizer(env, function, new LogHandleBox(handle), ReleaseLog, nullptr, nullptr);
    Set(env, object, name, function);
  }
  return object;
}

napi_value OpenEventLog(napi_env env, napi_callback_info info) {
  const Call<3> call(env, info);
  std::string path;
  EventLogOptions options;
  if (!call.Read("path", &path) || !ReadLogOptions(env, call.argument[1], &options)) {
    return nullptr;
  }
  const auto handle = std::make_shared<LogHandle>();
  handle->Attach(env, call.argument[2]);
  return RunOnPool(env, "ledgerstone.openLog",
                   {.run = [handle, options, path] { return handle->Open(options, path); },
                    .result = [handle](napi_env e) { return MakeLogObject(e, handle); },
                    .settled = [handle](napi_env) { handle->Arrive(); }});
}

}  // namespace ledgerstone::binding
