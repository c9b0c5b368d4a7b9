// Point reads. Keys come in through the shared key buffer, values go out through the shared value
// buffer; the return value is the length, or one of the constants of read_codes.h.
#include "binding/environment.h"
#include "binding/pool_work.h"
#include "binding/read_codes.h"
#include "binding/store_handle.h"

namespace ledgerstone::binding {
namespace {

napi_value Int32(napi_env env, int32_t number) {
  napi_value value = nullptr;
  napi_create_int32(env, number, &value);
  return value;
}

struct GetRequest {
  uint32_t namespace_id = 0;
  uint64_t snapshot_id = 0;
  Slice key;  // in the key buffer, which is the caller's until the call returns
};

bool ReadGetRequest(const StoreCall<3>& call, GetRequest* request) {
  uint32_t key_length = 0;
  double snapshot = 0;
  const StoreHandle::Buffer& keys = call.handle()->key_buffer;
  if (napi_get_value_uint32(call.env, call.argument[0], &request->namespace_id) != napi_ok ||
      napi_get_value_uint32(call.env, call.argument[1], &key_length) != napi_ok ||
      napi_get_value_double(call.env, call.argument[2], &snapshot) != napi_ok ||
      key_length > keys.size) {
    ThrowTypeError(call.env, "arguments", "(namespaceId, keyLength, snapshotId)");
    return false;
  }
  request->snapshot_id = static_cast<uint64_t>(snapshot);
  request->key = Slice(keys.data, key_length);
  return true;
}

Status Find(const StoreHandle& handle, const GetRequest& request, Tier tier, Presence* presence,
            PinnedValue* value) {
  return handle.store->Get(request.namespace_id, request.key,
                           {.tier = tier, .snapshot_id = request.snapshot_id}, presence, value);
}

template <Tier tier>
napi_value GetInto(napi_env env, napi_callback_info info) {
  const StoreCall<3> call(env, info);
  GetRequest request;
  if (!ReadGetRequest(call, &request)) return nullptr;
  StoreHandle* handle = call.handle();
  Presence presence = Presence::kAbsent;
  PinnedValue& value = handle->large_value;
  const Status status = Find(*handle, request, tier, &presence, &value);
  if (status.IsIncomplete()) return Int32(env, kGetNeedsDisk);
  if (!status.ok()) return Throw(env, status);
  if (presence == Presence::kAbsent) return Int32(env, kGetAbsent);
  const Slice bytes = value.value();
  if (bytes.size() > handle->value_buffer.size) return Int32(env, kGetTooLarge);
  std::memcpy(handle->value_buffer.data, bytes.data(), bytes.size());
  value.Reset();
  return Int32(env, static_cast<int32_t>(bytes.size()));
}

// As GetInto, for a value that stays where it is: kGetPresent stands for its length.
template <Tier tier>
napi_value Has(napi_env env, napi_callback_info info) {
  const StoreCall<3> call(env, info);
  GetRequest request;
  if (!ReadGetRequest(call, &request)) return nullptr;
  Presence presence = Presence::kAbsent;
  PinnedValue value;
  const Status status = Find(*call.handle(), request, tier, &presence, &value);
  if (status.IsIncomplete()) return Int32(env, kGetNeedsDisk);
  if (!status.ok()) return Throw(env, status);
  return Int32(env, presence == Presence::kAbsent ? kGetAbsent : kGetPresent);
}

napi_value TakeValue(napi_env env, napi_callback_info info) {
  PinnedValue& value = StoreCall<>(env, info).handle()->large_value;
  napi_value bytes = BytesCopy(env, value.value());
  value.Reset();
  return Answer(env, Status::Ok(), bytes);
}

struct Found {
  Presence presence = Presence::kAbsent;
  PinnedValue value;
};

// Looks the key up on the pool, from a copy of it, and ends in what `result` makes of it.
template <napi_value (*result)(napi_env, Found&)>
napi_value FindOnPool(napi_env env, napi_callback_info info) {
  const StoreCall<3> call(env, info);
  GetRequest request;
  if (!ReadGetRequest(call, &request)) return nullptr;
  return Compute<Found>(
      env, "ledgerstone.get",
      [handle = call.shared(), key = std::string(request.key), request](Found* found) mutable {
        request.key = key;
        return Find(*handle, request, Tier::kDisk, &found->presence, &found->value);
      },
      result);
}

napi_value FoundBytes(napi_env env, Found& found) {
  return found.presence == Presence::kAbsent ? Undefined(env) : BytesCopy(env, found.value.value());
}

napi_value FoundAny(napi_env env, Found& found) {
  return Value(env, found.presence == Presence::kFound);
}

napi_value FoundEntry(napi_env env, Found& found) {
  if (found.presence == Presence::kAbsent) return Undefined(env);
  napi_value entry = Object(env);
  Set(env, entry, "value", BytesCopy(env, found.value.value()));
  Set(env, entry, "version", Bigint(env, found.value.sequence()));
  return entry;
}

napi_value ValueVersion(napi_env env, napi_callback_info info) {
  return Bigint(env, StoreCall<>(env, info).handle()->large_value.sequence());
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
template <Tier tier>
napi_value GetMany(napi_env env, napi_callback_info info) {
  const StoreCall<4> call(env, info);
  uint32_t namespace_id = 0;
  uint32_t count = 0;
  uint32_t length = 0;
  uint64_t snapshot_id = 0;
  if (!call.Read("namespaceId", &namespace_id, "count", &count, "length", &length, "snapshotId",
                 &snapshot_id)) {
    return nullptr;
  }
  StoreHandle* handle = call.handle();
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

napi_value SetReadBuffers(napi_env env, napi_callback_info info) {
  const StoreCall<2> call(env, info);
  StoreHandle* handle = call.handle();
  if (handle->SetBuffer(env, call.argument[0], "key", &handle->key_buffer)) {
    handle->SetBuffer(env, call.argument[1], "value", &handle->value_buffer);
  }
  return nullptr;
}

napi_value SetRequestBuffer(napi_env env, napi_callback_info info) {
  const StoreCall<1> call(env, info);
  call.handle()->SetBuffer(env, call.argument[0], "bytes", &call.handle()->request_buffer);
  return nullptr;
}

napi_value Snapshot(napi_env env, napi_callback_info info) {
  return Value(env, StoreCall<>(env, info).store()->TakeSnapshot());
}

napi_value ReleaseSnapshot(napi_env env, napi_callback_info info) {
  const StoreCall<1> call(env, info);
  uint64_t id = 0;
  if (!call.Read("id", &id)) return nullptr;
  return Value(env, call.store()->ReleaseSnapshot(id));
}

napi_value SnapshotSequence(napi_env env, napi_callback_info info) {
  const StoreCall<1> call(env, info);
  uint64_t id = 0;
  if (!call.Read("id", &id)) return nullptr;
  uint64_t sequence = 0;
  const Status status = call.store()->SnapshotSequence(id, &sequence);
  return Answer(env, status, Bigint(env, sequence));
}

}  // namespace

void DefineReadFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunctions(env, object, handle,
                       {{"setReadBuffers", SetReadBuffers},
                        {"setRequestBuffer", SetRequestBuffer},
                        {"getSync", GetInto<Tier::kDisk>},
                        {"getMemory", GetInto<Tier::kMemory>},
                        {"takeValue", TakeValue},
                        {"valueVersion", ValueVersion},
                        {"get", FindOnPool<FoundBytes>},
                        {"getEntry", FindOnPool<FoundEntry>},
                        {"hasSync", Has<Tier::kDisk>},
                        {"hasMemory", Has<Tier::kMemory>},
                        {"has", FindOnPool<FoundAny>},
                        {"getManySync", GetMany<Tier::kDisk>},
                        {"getManyMemory", GetMany<Tier::kMemory>},
                        {"snapshot", Snapshot},
                        {"releaseSnapshot", ReleaseSnapshot},
                        {"snapshotSequence", SnapshotSequence}});
}

}  // namespace ledgerstone::binding
