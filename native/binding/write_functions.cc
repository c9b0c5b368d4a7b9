// submit, submitDerived: batches JavaScript encoded into the shared write buffer.
#include "binding/environment.h"
#include "binding/store_handle.h"
#include "binding/values.h"

namespace ledgerstone::binding {
namespace {

StoreHandle* HandleOf(void* data) { return static_cast<StoreHandle*>(data); }

napi_value SetWriteBuffer(napi_env env, napi_callback_info info) {
  const Call<1> call(env, info);
  HandleOf(call.data)->SetBuffer(env, call.argument[0], "bytes",
                                 &HandleOf(call.data)->write_buffer);
  return nullptr;
}

napi_value SubmitBatch(napi_env env, StoreHandle* handle, uint32_t length, uint32_t count,
                       const WriteOptions& options) {
  if (length > handle->write_buffer.size) {
    return Throw(env, Status::InvalidArgument("length is beyond the write buffer"));
  }
  Status refusal;
  const uint64_t ticket =
      handle->Submit(Slice(handle->write_buffer.data, length), count, options, &refusal);
  return refusal.ok() ? Number(env, ticket) : Throw(env, refusal);
}

napi_value Submit(napi_env env, napi_callback_info info) {
  const Call<3> call(env, info);
  uint32_t length = 0;
  uint32_t count = 0;
  uint32_t durability = 0;
  if (!GetUint32(env, call.argument[0], "length", &length) ||
      !GetUint32(env, call.argument[1], "entryCount", &count) ||
      !GetUint32(env, call.argument[2], "durability", &durability)) {
    return nullptr;
  }
  if (durability > static_cast<uint32_t>(Durability::kDisk)) {
    return Throw(env, Status::InvalidArgument("durability is 0, 1 or 2"));
  }
  return SubmitBatch(env, HandleOf(call.data), length, count,
                     {.durability = static_cast<Durability>(durability), .applied = {}});
}

napi_value SubmitDerived(napi_env env, napi_callback_info info) {
  const Call<3> call(env, info);
  uint32_t length = 0;
  uint32_t count = 0;
  uint64_t applied = 0;
  if (!GetUint32(env, call.argument[0], "length", &length) ||
      !GetUint32(env, call.argument[1], "entryCount", &count) ||
      !GetBigint(env, call.argument[2], "applied", &applied)) {
    return nullptr;
  }
  return SubmitBatch(env, HandleOf(call.data), length, count,
                     {.durability = Durability::kMemory, .applied = applied});
}

}  // namespace

void DefineWriteFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunction(env, object, "setWriteBuffer", SetWriteBuffer, handle);
  DefineStoreFunction(env, object, "submit", Submit, handle);
  DefineStoreFunction(env, object, "submitDerived", SubmitDerived, handle);
}

}  // namespace ledgerstone::binding
