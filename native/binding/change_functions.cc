// Readers of changes, and snapshots of the past. A reader is an object with functions of its own:
//   read(chunk)   fills a chunk with whole batches (ledgerstone/changes.h), on the pool
//   wait()        fulfils when there may be more; keeps no process alive
#include "binding/environment.h"
#include "binding/pool_work.h"
#include "binding/read_codes.h"
#include "binding/store_handle.h"

namespace ledgerstone::binding {
namespace {

constexpr int32_t kReadTooSmall = -1;

// One JavaScript reader. Its reads never overlap: TypeScript sees to that, `busy` makes sure.
struct ReaderState {
  StoreHandlePtr handle;
  std::unique_ptr<ChangeReader> reader;
  ChangeReader::Chunk chunk;
  bool busy = false;
  bool closed = false;

  void Close() {
    closed = true;
    if (!busy) reader.reset();
  }
};
using ReaderPtr = std::shared_ptr<ReaderState>;

template <size_t N = 0>
struct ReaderCall : Call<N> {
  using Call<N>::Call;
  ReaderPtr state() const { return *static_cast<ReaderPtr*>(this->data); }
  // False with an exception pending.
  bool Usable() const {
    const ReaderPtr reader = state();
    if (!reader->closed && !reader->busy) return true;
    Throw(this->env, reader->closed ? Status::Closed("the reader of changes")
                                    : Status::InvalidArgument("changes are being read already"));
    return false;
  }
};

napi_value Read(napi_env env, napi_callback_info info) {
  const ReaderCall<1> call(env, info);
  Bytes room;
  if (!call.Usable() || !call.Read("chunk", &room)) return nullptr;
  const ReaderPtr state = call.state();
  state->busy = true;
  // The chunk stays put while it is referenced.
  napi_ref chunk = nullptr;
  napi_create_reference(env, call.argument[0], 1, &chunk);
  return RunOnPool(
      env, "ledgerstone.changes",
      {.run = [state, room] { return state->reader->Read(room.data, room.size, &state->chunk); },
       .result =
           [state](napi_env e) {
             const ChangeReader::Chunk& read = state->chunk;
             return Value(e, read.needed > 0 ? kReadTooSmall : static_cast<int32_t>(read.bytes));
           },
       .settled =
           [state, chunk](napi_env e) {
             napi_delete_reference(e, chunk);
             state->busy = false;
             if (state->closed) state->reader.reset();
           }});
}

napi_value Needed(napi_env env, napi_callback_info info) {
  return Value(env, ReaderCall<>(env, info).state()->chunk.needed);
}

napi_value Through(napi_env env, napi_callback_info info) {
  return Bigint(env, ReaderCall<>(env, info).state()->chunk.through);
}

napi_value Wait(napi_env env, napi_callback_info info) {
  const ReaderCall<> call(env, info);
  if (!call.Usable()) return nullptr;
  const ReaderPtr state = call.state();
  return state->handle->IdlePromiseFrom([&](std::function<void()> ready) {
    state->reader->Wait(state->chunk.through, std::move(ready));
  });
}

napi_value CloseReader(napi_env env, napi_callback_info info) {
  ReaderCall<>(env, info).state()->Close();
  return nullptr;
}

napi_value NewReader(napi_env env, napi_callback_info info) {
  const StoreCall<2> call(env, info);
  ChangesOptions options;
  if (!GetBigint(env, call.argument[0], "after", &options.after) ||
      !Get(env, call.argument[1], "durable", &options.durable)) {
    return nullptr;
  }
  const auto state = std::make_shared<ReaderState>();
  state->handle = call.shared();
  const Status status = call.store()->NewChangeReader(options, &state->reader);
  if (!status.ok()) return Throw(env, status);
  napi_value object = Object(env);
  const std::pair<const char*, napi_callback> functions[] = {{"read", Read},
                                                             {"needed", Needed},
                                                             {"through", Through},
                                                             {"wait", Wait},
                                                             {"close", CloseReader}};
  for (const auto& [name, callback] : functions) {
    auto* const box = new ReaderPtr(state);
    napi_value function = Function(env, name, callback, box);
    const auto release = [](napi_env, void* data, void*) { delete static_cast<ReaderPtr*>(data); };
    napi_add_finalizer(env, function, box, release, nullptr, nullptr);
    Set(env, object, name, function);
  }
  return object;
}

napi_value SnapshotAt(napi_env env, napi_callback_info info) {
  const StoreCall<1> call(env, info);
  uint64_t sequence = 0;
  if (!GetBigint(env, call.argument[0], "sequence", &sequence)) return nullptr;
  return Compute<uint64_t>(env, "ledgerstone.snapshotAt",
                           [handle = call.shared(), sequence](uint64_t* snapshot_id) {
                             return handle->store->TakeSnapshotAt(sequence, snapshot_id);
                           });
}

napi_value Floor(napi_env env, napi_callback_info info) {
  return Bigint(env, StoreCall<>(env, info).store()->Floor());
}

}  // namespace

void DefineChangeFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunctions(env, object, handle,
                       {{"changes", NewReader}, {"snapshotAt", SnapshotAt}, {"floor", Floor}});
}

}  // namespace ledgerstone::binding
