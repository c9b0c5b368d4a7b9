// beginTransaction, commit: what transactions add to reads and writes.
#include "binding/environment.h"
#include "binding/store_handle.h"

namespace ledgerstone::binding {
namespace {

napi_value BeginTransaction(napi_env env, napi_callback_info info) {
  return Value(env, StoreCall<>(env, info).store()->BeginTransaction());
}

napi_value SetTransactionBuffer(napi_env env, napi_callback_info info) {
  const StoreCall<1> call(env, info);
  call.handle()->SetBuffer(env, call.argument[0], "bytes", &call.handle()->transaction_buffer);
  return nullptr;
}

// The transaction buffer:
//
//   commits := (head, reads, batch)*
//   head    := transaction: f64, reads_length: u32, batch_length: u32, entry_count: u32,
//              durability: u32
constexpr size_t kHeadBytes = 24;

bool TakeCommit(Slice* bytes, TransactionCommit* commit) {
  if (bytes->size() < kHeadBytes) return false;
  double transaction = 0;
  std::memcpy(&transaction, bytes->data(), sizeof(transaction));
  const uint64_t reads_length = ReadUint32(bytes->data() + 8);
  const uint64_t batch_length = ReadUint32(bytes->data() + 12);
  const uint32_t durability = ReadUint32(bytes->data() + 20);
  if (bytes->size() - kHeadBytes < reads_length + batch_length) return false;
  if (durability > static_cast<uint32_t>(Durability::kDisk)) return false;
  commit->transaction_id = static_cast<uint64_t>(transaction);
  commit->reads = bytes->substr(kHeadBytes, reads_length);
  commit->batch = bytes->substr(kHeadBytes + reads_length, batch_length);
  commit->count = ReadUint32(bytes->data() + 16);
  commit->durability = static_cast<Durability>(durability);
  bytes->remove_prefix(kHeadBytes + reads_length + batch_length);
  return true;
}

napi_value Commit(napi_env env, napi_callback_info info) {
  const StoreCall<1> call(env, info);
  uint32_t length = 0;
  if (!call.Read("length", &length)) return nullptr;
  const StoreHandle::Buffer& buffer = call.handle()->transaction_buffer;
  if (length == 0 || length > buffer.size) {
    return Throw(env, Status::InvalidArgument("length is 0 or beyond the transaction buffer"));
  }
  std::vector<TransactionCommit> commits;
  Slice rest(buffer.data, length);
  while (!rest.empty()) {
    if (!TakeCommit(&rest, &commits.emplace_back()))
      return Throw(env, Status::InvalidArgument("a transaction is cut short or malformed"));
  }
  return call.handle()->CommitAll(commits);
}

}  // namespace

void DefineTransactionFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunctions(env, object, handle,
                       {{"beginTransaction", BeginTransaction},
                        {"setTransactionBuffer", SetTransactionBuffer},
                        {"commit", Commit}});
}

}  // namespace ledgerstone::binding
