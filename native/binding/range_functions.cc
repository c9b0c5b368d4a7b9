// Range iterators and counts. An iterator fills chunks that JavaScript owns with whole entries:
//   chunk := (key_size: u32, value_size: u32, key, value)*       sizes are 0 for parts left out
#include <iterator>

#include "binding/environment.h"
#include "binding/pool_work.h"
#include "binding/read_codes.h"
#include "binding/store_handle.h"
#include "binding/values.h"

namespace ledgerstone::binding {
namespace {

constexpr int32_t kFillTooSmall = -1;
constexpr size_t kEntryHeaderSize = 8;

struct RangeRequest {
  uint32_t namespace_id = 0;
  uint32_t flags = 0;
  IterateOptions options;
};

// One JavaScript iterator. Its fills never overlap: TypeScript sees to that, `busy` makes sure.
// It begins in memory only; the first fill that may wait for the disk takes it over, for good.
struct IteratorState {
  StoreHandlePtr handle;
  RangeRequest request;
  std::unique_ptr<Iterator> iterator;
  Tier tier = Tier::kMemory;
  Status status;
  bool started = false;
  bool busy = false;
  bool closed = false;
  uint64_t needed = 0;

  Status Prepare(Tier wanted) {
    tier = wanted;
    return handle->store->NewIterator(request.namespace_id, request.options, wanted, &iterator);
  }
  int32_t Fill(char* out, size_t size, uint32_t entries_max, Tier wanted);
  void Close() {
    closed = true;
    if (!busy) iterator.reset();
  }
};
using IteratorPtr = std::shared_ptr<IteratorState>;

// Entries written, 0 at the end, or kFillTooSmall or kGetNeedsDisk. A failure stands in `status`.
int32_t IteratorState::Fill(char* out, size_t size, uint32_t entries_max, Tier wanted) {
  if (wanted == Tier::kMemory && tier == Tier::kDisk) return kGetNeedsDisk;
  if (wanted != tier) {
    iterator = iterator->Resume(wanted);
    tier = wanted;
    started = false;
  }
  if (!started) iterator->Start();
  started = true;
  const bool keys = (request.flags & kRangeOmitKeys) == 0;
  const bool values = (request.flags & kRangeOmitValues) == 0;
  int32_t count = 0;
  for (; iterator->Valid() && static_cast<uint32_t>(count) < entries_max; iterator->Next()) {
    const Slice key = keys ? iterator->key() : Slice();
    const Slice value = values ? iterator->value() : Slice();
    const size_t bytes = kEntryHeaderSize + key.size() + value.size();
    if (bytes > size) {
      needed = bytes;
      return count > 0 ? count : kFillTooSmall;
    }
    PutUint32(out, static_cast<uint32_t>(key.size()));
    PutUint32(out + 4, static_cast<uint32_t>(value.size()));
    std::memcpy(out + kEntryHeaderSize, key.data(), key.size());
    if (!value.empty())
      std::memcpy(out + kEntryHeaderSize + key.size(), value.data(), value.size());
    out += bytes;
    size -= bytes;
    ++count;
  }
  status = iterator->status();
  if (status.IsIncomplete()) {
    status = Status::Ok();
    return count > 0 ? count : kGetNeedsDisk;
  }
  return count;
}

bool ReadRangeRequest(napi_env env, const napi_value* arguments, RangeRequest* request) {
  uint64_t snapshot = 0;
  bool has_lower = false;
  bool has_upper = false;
  IterateOptions& options = request->options;
  if (!GetUint32(env, arguments[0], "namespaceId", &request->namespace_id) ||
      !GetUint64(env, arguments[1], "snapshotId", &snapshot) ||
      !GetUint32(env, arguments[2], "flags", &request->flags) ||
      !GetOptionalBytes(env, arguments[3], "lower", &options.lower.key, &has_lower) ||
      !GetOptionalBytes(env, arguments[4], "upper", &options.upper.key, &has_upper)) {
    return false;
  }
  options.snapshot_id = snapshot;
  options.reverse = (request->flags & kRangeReverse) != 0;
  options.lower.set = has_lower && (request->flags & kRangeHasLower) != 0;
  options.upper.set = has_upper && (request->flags & kRangeHasUpper) != 0;
  options.lower.inclusive = (request->flags & kRangeLowerExclusive) == 0;
  options.upper.inclusive = (request->flags & kRangeUpperExclusive) == 0;
  return true;
}

struct FillRequest {
  IteratorPtr state;
  napi_value chunk_value = nullptr;
  char* chunk = nullptr;
  size_t size = 0;
  uint32_t entries_max = 0;
};

// The iterator behind `this`.
IteratorPtr StateOf(napi_env env, napi_callback_info info, napi_value (&arguments)[2]) {
  size_t count = 2;
  napi_value self = nullptr;
  void* box = nullptr;
  napi_get_cb_info(env, info, &count, arguments, &self, nullptr);
  if (napi_unwrap(env, self, &box) == napi_ok && box != nullptr)
    return *static_cast<IteratorPtr*>(box);
  ThrowTypeError(env, "this", "an iterator");
  return nullptr;
}

bool ReadFillRequest(napi_env env, napi_callback_info info, FillRequest* request) {
  napi_value arguments[2];
  request->state = StateOf(env, info, arguments);
  if (request->state == nullptr ||
      !GetBytes(env, arguments[0], "chunk", &request->chunk, &request->size) ||
      !GetUint32(env, arguments[1], "entriesMax", &request->entries_max)) {
    return false;
  }
  request->chunk_value = arguments[0];
  if (request->state->closed) {
    Throw(env, Status::Closed("the iterator"));
  } else if (request->state->busy) {
    Throw(env, Status::InvalidArgument("the iterator is being read already"));
  } else {
    return true;
  }
  return false;
}

napi_value FillHere(napi_env env, napi_callback_info info, Tier tier) {
  FillRequest request;
  if (!ReadFillRequest(env, info, &request)) return nullptr;
  IteratorState* state = request.state.get();
  const int32_t count = state->Fill(request.chunk, request.size, request.entries_max, tier);
  if (!state->status.ok() && count <= 0) return Throw(env, state->status);
  return Number(env, static_cast<double>(count));
}

napi_value FillSync(napi_env env, napi_callback_info info) {
  return FillHere(env, info, Tier::kDisk);
}
napi_value FillMemory(napi_env env, napi_callback_info info) {
  return FillHere(env, info, Tier::kMemory);
}

napi_value FillOnPool(napi_env env, napi_callback_info info) {
  FillRequest request;
  if (!ReadFillRequest(env, info, &request)) return nullptr;
  const IteratorPtr state = request.state;
  state->busy = true;
  // The chunk stays put while it is referenced.
  napi_ref chunk = nullptr;
  napi_create_reference(env, request.chunk_value, 1, &chunk);
  const auto count = std::make_shared<int32_t>(0);
  return RunOnPool(
      env, "ledgerstone.range",
      {.run =
           [request, count] {
             IteratorState* running = request.state.get();
             *count = running->Fill(request.chunk, request.size, request.entries_max, Tier::kDisk);
             return *count > 0 ? Status::Ok() : running->status;
           },
       .result = [count](napi_env e) { return Number(e, static_cast<double>(*count)); },
       .settled =
           [state, chunk](napi_env e) {
             napi_delete_reference(e, chunk);
             state->busy = false;
             if (state->closed) state->iterator.reset();
           }});
}

napi_value Needed(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  const IteratorPtr state = StateOf(env, info, arguments);
  return state == nullptr ? nullptr : Number(env, state->needed);
}

napi_value CloseIterator(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  const IteratorPtr state = StateOf(env, info, arguments);
  if (state != nullptr) state->Close();
  return nullptr;
}

napi_value ConstructIterator(napi_env env, napi_callback_info info) {
  napi_value self = nullptr;
  napi_get_cb_info(env, info, nullptr, nullptr, &self, nullptr);
  return self;
}

napi_value IteratorClass(napi_env env) {
  Environment* environment = Environment::Of(env);
  napi_value constructor = nullptr;
  if (environment->iterator_class != nullptr) {
    napi_get_reference_value(env, environment->iterator_class, &constructor);
    return constructor;
  }
  const auto method = [](const char* name, napi_callback callback) {
    return napi_property_descriptor{name,    nullptr, callback,     nullptr,
                                    nullptr, nullptr, napi_default, nullptr};
  };
  const napi_property_descriptor methods[] = {
      method("fillSync", FillSync), method("fillMemory", FillMemory), method("fill", FillOnPool),
      method("needed", Needed), method("close", CloseIterator)};
  napi_define_class(env, "NativeIterator", NAPI_AUTO_LENGTH, ConstructIterator, nullptr,
                    std::size(methods), methods, &constructor);
  napi_create_reference(env, constructor, 1, &environment->iterator_class);
  return constructor;
}

// The view is taken here; blocks are read, and tables opened, when the iterator moves.
napi_value NewIterator(napi_env env, napi_callback_info info) {
  const Call<5> call(env, info);
  const auto state = std::make_shared<IteratorState>();
  state->handle = static_cast<StoreHandle*>(call.data)->shared_from_this();
  if (!ReadRangeRequest(env, call.argument, &state->request)) return nullptr;
  const Status status = state->Prepare(Tier::kMemory);
  if (!status.ok()) return Throw(env, status);
  napi_value object = nullptr;
  if (napi_new_instance(env, IteratorClass(env), 0, nullptr, &object) != napi_ok) return nullptr;
  const auto release = [](napi_env, void* box, void*) { delete static_cast<IteratorPtr*>(box); };
  napi_wrap(env, object, new IteratorPtr(state), release, nullptr, nullptr);
  return object;
}

Status CountEntries(IteratorState* state, uint64_t limit, uint64_t* count) {
  LS_RETURN_IF_ERROR(state->Prepare(Tier::kDisk));
  *count = 0;
  for (state->iterator->Start(); state->iterator->Valid() && *count < limit;
       state->iterator->Next())
    ++*count;
  return state->iterator->status();
}

napi_value CountSync(napi_env env, napi_callback_info info) {
  const Call<6> call(env, info);
  IteratorState state;
  uint64_t limit = 0;
  uint64_t count = 0;
  state.handle = static_cast<StoreHandle*>(call.data)->shared_from_this();
  if (!ReadRangeRequest(env, call.argument, &state.request) ||
      !GetUint64(env, call.argument[5], "limit", &limit)) {
    return nullptr;
  }
  const Status status = CountEntries(&state, limit, &count);
  return status.ok() ? Number(env, count) : Throw(env, status);
}

napi_value CountOnPool(napi_env env, napi_callback_info info) {
  const Call<6> call(env, info);
  const auto state = std::make_shared<IteratorState>();
  uint64_t limit = 0;
  state->handle = static_cast<StoreHandle*>(call.data)->shared_from_this();
  if (!ReadRangeRequest(env, call.argument, &state->request) ||
      !GetUint64(env, call.argument[5], "limit", &limit)) {
    return nullptr;
  }
  const auto count = std::make_shared<uint64_t>(0);
  return RunOnPool(
      env, "ledgerstone.count",
      {.run = [state, limit, count] { return CountEntries(state.get(), limit, count.get()); },
       .result = [count](napi_env e) { return Number(e, *count); }});
}

napi_value ApproximateBytes(napi_env env, napi_callback_info info) {
  const Call<3> call(env, info);
  uint32_t id = 0;
  std::string lower;
  std::string upper;
  bool given = false;
  if (!GetUint32(env, call.argument[0], "namespaceId", &id) ||
      !GetOptionalBytes(env, call.argument[1], "lower", &lower, &given) ||
      !GetOptionalBytes(env, call.argument[2], "upper", &upper, &given)) {
    return nullptr;
  }
  uint64_t bytes = 0;
  const Status status =
      static_cast<StoreHandle*>(call.data)->store->ApproximateBytes(id, lower, upper, &bytes);
  return status.ok() ? Number(env, bytes) : Throw(env, status);
}

}  // namespace

void DefineRangeFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunction(env, object, "iterator", NewIterator, handle);
  DefineStoreFunction(env, object, "countSync", CountSync, handle);
  DefineStoreFunction(env, object, "count", CountOnPool, handle);
  DefineStoreFunction(env, object, "approximateBytes", ApproximateBytes, handle);
}

}  // namespace ledgerstone::binding
