// Ingestions: an object with functions of its own.
//   add(bytes, length, count)   takes entries, on the pool; the bytes stay as they are meanwhile
//   entries()                   taken so far: after a failed add() the index of the entry at fault
//   commit()                    fulfils with entries, bytes and sequence
//   close()                     ends it: fulfils when what was not committed is removed
#include "binding/environment.h"
#include "binding/pool_work.h"
#include "binding/store_handle.h"

namespace ledgerstone::binding {
namespace {

// Its calls never overlap: TypeScript sees to that, `busy` makes sure.
struct IngestState {
  StoreHandlePtr handle;
  std::shared_ptr<Ingestion> ingestion;  // destroyed before the handle
  IngestReport report;
  bool busy = false;
  bool closed = false;
};
using IngestPtr = std::shared_ptr<IngestState>;

template <size_t N = 0>
struct IngestCall : Call<N> {
  using Call<N>::Call;
  // Null with an exception pending.
  IngestPtr Begin() const {
    const IngestPtr state = *static_cast<IngestPtr*>(this->data);
    if (!state->closed && !state->busy) return state;
    Throw(this->env, state->closed ? Status::Closed("the ingestion")
                                   : Status::InvalidArgument("the ingestion is busy"));
    return nullptr;
  }
};

napi_value Add(napi_env env, napi_callback_info info) {
  const IngestCall<3> call(env, info);
  Bytes bytes;
  uint32_t length = 0;
  uint32_t count = 0;
  const IngestPtr state = call.Begin();
  if (state == nullptr || !call.Read("bytes", &bytes, "length", &length, "count", &count))
    return nullptr;
  if (length > bytes.size) return Throw(env, Status::InvalidArgument("length is above the bytes'"));
  state->busy = true;
  // The bytes stay put while they are referenced.
  napi_ref held = nullptr;
  napi_create_reference(env, call.argument[0], 1, &held);
  return RunOnPool(
      env, "ledgerstone.ingest.add",
      {.run = [state, bytes, length,
               count] { return state->ingestion->Add(Slice(bytes.data, length), count); },
       .settled =
           [state, held](napi_env e) {
             napi_delete_reference(e, held);
             state->busy = false;
           }});
}

napi_value Entries(napi_env env, napi_callback_info info) {
  const IngestPtr state = IngestCall<>(env, info).Begin();
  return state == nullptr ? nullptr : Value(env, state->ingestion->entries());
}

napi_value Commit(napi_env env, napi_callback_info info) {
  const IngestPtr state = IngestCall<>(env, info).Begin();
  if (state == nullptr) return nullptr;
  state->busy = true;
  return RunOnPool(env, "ledgerstone.ingest.commit",
                   {.run = [state] { return state->ingestion->Commit(&state->report); },
                    .result =
                        [state](napi_env e) {
                          napi_value object = Object(e);
                          Set(e, object, "entries", state->report.entries);
                          Set(e, object, "bytes", state->report.bytes);
                          Set(e, object, "sequence", Bigint(e, state->report.sequence));
                          return object;
                        },
                    .settled = [state](napi_env) { state->busy = false; }});
}

napi_value Close(napi_env env, napi_callback_info info) {
  const IngestPtr state = IngestCall<>(env, info).Begin();
  if (state == nullptr) return nullptr;
  state->closed = true;
  return RunOnPool(env, "ledgerstone.ingest.close", {.run = [state] {
                     state->ingestion.reset();
                     return Status::Ok();
                   }});
}

napi_value NewIngestion(napi_env env, napi_callback_info info) {
  const StoreCall<1> call(env, info);
  NamespaceId id = 0;
  if (!call.Read("namespaceId", &id)) return nullptr;
  const auto state = std::make_shared<IngestState>();
  state->handle = call.shared();
  const Status status = call.store()->NewIngestion(id, &state->ingestion);
  if (!status.ok()) return Throw(env, status);
  napi_value object = Object(env);
  const std::pair<const char*, napi_callback> functions[] = {
      {"add", Add}, {"entries", Entries}, {"commit", Commit}, {"close", Close}};
  for (const auto& [name, callback] : functions) {
    auto* const box = new IngestPtr(state);
    napi_value function = Function(env, name, callback, box);
    const auto release = [](napi_env, void* data, void*) { delete static_cast<IngestPtr*>(data); };
    napi_add_finalizer(env, function, box, release, nullptr, nullptr);
    Set(env, object, name, function);
  }
  return object;
}

}  // namespace

void DefineIngestFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunctions(env, object, handle, {{"ingestion", NewIngestion}});
}

}  // namespace ledgerstone::binding
