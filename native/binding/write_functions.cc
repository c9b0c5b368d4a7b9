// submit, submitDerived: batches JavaScript encoded into the shared write buffer.
#include "binding/environment.h"
#include "binding/store_handle.h"

namespace ledgerstone::binding {
namespace {

napi_value SetWriteBuffer(napi_env env, napi_callback_info info) {
  const StoreCall<1> call(env, info);
  call.handle()->SetBuffer(env, call.argument[0], "bytes", &call.handle()->write_buffer);
  return nullptr;
}

napi_value SubmitBatch(const StoreCall<3>& call, uint32_t length, uint32_t count,
                       const WriteOptions& options) {
  StoreHandle* handle = call.handle();
  if (length > handle->write_buffer.size) {
    return Throw(call.env, Status::InvalidArgument("length is beyond the write buffer"));
  }
  return handle->TicketFrom([&](Store::Done done) {
    handle->store->Write(Slice(handle->write_buffer.data, length), count, options, std::move(done));
  });
}

napi_value Submit(napi_env env, napi_callback_info info) {
  const StoreCall<3> call(env, info);
  uint32_t length = 0;
  uint32_t count = 0;
  uint32_t durability = 0;
  if (!call.Read("length", &length, "entryCount", &count, "durability", &durability)) {
    return nullptr;
  }
  if (durability > static_cast<uint32_t>(Durability::kDisk)) {
    return Throw(env, Status::InvalidArgument("durability is 0, 1 or 2"));
  }
  return SubmitBatch(call, length, count,
                     {.durability = static_cast<Durability>(durability), .applied = {}});
}

napi_value SubmitDerived(napi_env env, napi_callback_info info) {
  const StoreCall<3> call(env, info);
  uint32_t length = 0;
  uint32_t count = 0;
  uint64_t applied = 0;
  if (!call.Read("length", &length, "entryCount", &count) ||
      !GetBigint(env, call.argument[2], "applied", &applied)) {
    return nullptr;
  }
  return SubmitBatch(call, length, count, {.durability = Durability::kMemory, .applied = applied});
}

}  // namespace

void DefineWriteFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunctions(
      env, object, handle,
      {{"setWriteBuffer", SetWriteBuffer}, {"submit", Submit}, {"submitDerived", SubmitDerived}});
}

}  // namespace ledgerstone::binding
