// Point reads. Keys come in through the shared key buffer, values go out through the shared value
// buffer; the return value is the length, or one of the constants below.
#include "binding/environment.h"
#include "binding/pool_work.h"
#include "binding/read_codes.h"
#include "binding/store_handle.h"
#include "binding/values.h"

namespace ledgerstone::binding {
namespace {

StoreHandle* HandleOf(void* data) { return static_cast<StoreHandle*>(data); }

napi_value Int32(napi_env env, int32_t number) {
  napi_value value = nullptr;
  napi_create_int32(env, number, &value);
  return value;
}

struct GetRequest {
  uint32_t namespace_id = 0;
  uint32_t key_length = 0;
  uint64_t snapshot_id = 0;
};

bool ReadGetRequest(napi_env env, const Call<3>& call, GetRequest* request) {
  double snapshot = 0;
  if (napi_get_value_uint32(env, call.argument[0], &request->namespace_id) != napi_ok ||
      napi_get_value_uint32(env, call.argument[1], &request->key_length) != napi_ok ||
      napi_get_value_double(env, call.argument[2], &snapshot) != napi_ok ||
      request->key_length > HandleOf(call.data)->key_buffer.size) {
    ThrowTypeError(env, "arguments", "(namespaceId, keyLength, snapshotId)");
    return false;
  }
  request->snapshot_id = static_cast<uint64_t>(snapshot);
  return true;
}

napi_value GetInto(napi_env env, napi_callback_info info, Tier tier) {
  const Call<3> call(env, info);
  GetRequest request;
  if (!ReadGetRequest(env, call, &request)) return nullptr;
  StoreHandle* handle = HandleOf(call.data);
  const Slice key(handle->key_buffer.data, request.key_length);
  Presence presence = Presence::kAbsent;
  PinnedValue& value = handle->large_value;
  const Status status =
      handle->store->Get(request.namespace_id, key,
                         {.tier = tier, .snapshot_id = request.snapshot_id}, &presence, &value);
  if (status.IsIncomplete()) return Int32(env, kGetNeedsDisk);
  if (!status.ok()) return Throw(env, status);
  if (presence == Presence::kAbsent) return Int32(env, kGetAbsent);
  const Slice bytes = value.value();
  if (bytes.size() > handle->value_buffer.size) return Int32(env, kGetTooLarge);
  std::memcpy(handle->value_buffer.data, bytes.data(), bytes.size());
  value.Reset();
  return Int32(env, static_cast<int32_t>(bytes.size()));
}

napi_value GetSync(napi_env env, napi_callback_info info) {
  return GetInto(env, info, Tier::kDisk);
}
napi_value GetMemory(napi_env env, napi_callback_info info) {
  return GetInto(env, info, Tier::kMemory);
}

napi_value TakeValue(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  PinnedValue& value = HandleOf(call.data)->large_value;
  napi_value bytes = BytesCopy(env, value.value());
  value.Reset();
  return bytes;
}

napi_value GetOnPool(napi_env env, napi_callback_info info) {
  const Call<3> call(env, info);
  GetRequest request;
  if (!ReadGetRequest(env, call, &request)) return nullptr;
  struct State {
    StoreHandlePtr handle;
    std::string key;
    Presence presence = Presence::kAbsent;
    PinnedValue value;
  };
  const auto state = std::make_shared<State>();
  state->handle = HandleOf(call.data)->shared_from_this();
  state->key.assign(state->handle->key_buffer.data, request.key_length);
  return RunOnPool(env, "ledgerstone.get",
                   {.run =
                        [state, request] {
                          return state->handle->store->Get(
                              request.namespace_id, state->key,
                              {.tier = Tier::kDisk, .snapshot_id = request.snapshot_id},
                              &state->presence, &state->value);
                        },
                    .result = [state](napi_env e) -> napi_value {
                      if (state->presence == Presence::kAbsent) return nullptr;
                      return BytesCopy(e, state->value.value());
                    }});
}

bool TakeKey(Slice* request, Slice* key) {
  if (request->size() < 4) return false;
  const uint32_t size = ReadUint32(request->data());
  if (request->size() - 4 < size) return false;
  *key = request->substr(4, size);
  request->remove_prefix(4 + size_t{size});
  return true;
}

// Keys stand in the request buffer as (size: u32, bytes)*; answers go into the value buffer the
// same way, with kManyAbsent or kManyNeedsDisk for a size. Returns how many keys were answered.
napi_value GetMany(napi_env env, napi_callback_info info, Tier tier) {
  const Call<4> call(env, info);
  uint32_t namespace_id = 0;
  uint32_t count = 0;
  uint32_t length = 0;
  uint64_t snapshot_id = 0;
  if (!GetUint32(env, call.argument[0], "namespaceId", &namespace_id) ||
      !GetUint32(env, call.argument[1], "count", &count) ||
      !GetUint32(env, call.argument[2], "length", &length) ||
      !GetUint64(env, call.argument[3], "snapshotId", &snapshot_id)) {
    return nullptr;
  }
  StoreHandle* handle = HandleOf(call.data);
  if (length > handle->request_buffer.size) {
    return Throw(env, Status::InvalidArgument("length is beyond the request buffer"));
  }
  Slice request(handle->request_buffer.data, length);
  char* out = handle->value_buffer.data;
  char* const end = out + handle->value_buffer.size;
  PinnedValue value;
  uint32_t answered = 0;
  for (; answered < count; ++answered) {
    Slice key;
    if (!TakeKey(&request, &key))
      return Throw(env, Status::InvalidArgument("the request is cut short"));
    Presence presence = Presence::kAbsent;
    const Status status = handle->store->Get(
        namespace_id, key, {.tier = tier, .snapshot_id = snapshot_id}, &presence, &value);
    if (!status.ok() && !status.IsIncomplete()) return Throw(env, status);
    const bool found = status.ok() && presence == Presence::kFound;
    const size_t size = found ? value.value().size() : 0;
    if (static_cast<size_t>(end - out) < 4 + size) break;
    PutUint32(out,
              found ? static_cast<uint32_t>(size) : (status.ok() ? kManyAbsent : kManyNeedsDisk));
    if (size > 0) std::memcpy(out + 4, value.value().data(), size);
    out += 4 + size;
    value.Reset();
  }
  return Int32(env, static_cast<int32_t>(answered));
}

napi_value GetManySync(napi_env env, napi_callback_info info) {
  return GetMany(env, info, Tier::kDisk);
}
napi_value GetManyMemory(napi_env env, napi_callback_info info) {
  return GetMany(env, info, Tier::kMemory);
}

napi_value SetReadBuffers(napi_env env, napi_callback_info info) {
  const Call<2> call(env, info);
  StoreHandle* handle = HandleOf(call.data);
  if (handle->SetBuffer(env, call.argument[0], "key", &handle->key_buffer)) {
    handle->SetBuffer(env, call.argument[1], "value", &handle->value_buffer);
  }
  return nullptr;
}

napi_value SetRequestBuffer(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  HandleOf(call.data)->SetBuffer(env, call.argument[0], "bytes",
                                 &HandleOf(call.data)->request_buffer);
  return nullptr;
}

napi_value Snapshot(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  return Number(env, HandleOf(call.data)->store->TakeSnapshot());
}

napi_value ReleaseSnapshot(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  uint64_t id = 0;
  if (!GetUint64(env, call.argument[0], "id", &id)) return nullptr;
  return Boolean(env, HandleOf(call.data)->store->ReleaseSnapshot(id));
}

napi_value SnapshotSequence(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  uint64_t id = 0;
  if (!GetUint64(env, call.argument[0], "id", &id)) return nullptr;
  uint64_t sequence = 0;
  const Status status = HandleOf(call.data)->store->SnapshotSequence(id, &sequence);
  return status.ok() ? Bigint(env, sequence) : Throw(env, status);
}

}  // namespace

void DefineReadFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunction(env, object, "setReadBuffers", SetReadBuffers, handle);
  DefineStoreFunction(env, object, "setRequestBuffer", SetRequestBuffer, handle);
  DefineStoreFunction(env, object, "getSync", GetSync, handle);
  DefineStoreFunction(env, object, "getMemory", GetMemory, handle);
  DefineStoreFunction(env, object, "takeValue", TakeValue, handle);
  DefineStoreFunction(env, object, "get", GetOnPool, handle);
  DefineStoreFunction(env, object, "getManySync", GetManySync, handle);
  DefineStoreFunction(env, object, "getManyMemory", GetManyMemory, handle);
  DefineStoreFunction(env, object, "snapshot", Snapshot, handle);
  DefineStoreFunction(env, object, "releaseSnapshot", ReleaseSnapshot, handle);
  DefineStoreFunction(env, object, "snapshotSequence", SnapshotSequence, handle);
}

}  // namespace ledgerstone::binding
