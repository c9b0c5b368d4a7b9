// Range iterators and counts. An iterator fills chunks that JavaScript owns with whole entries:
//   chunk := (key_size: u32, value_size: u32, key, value)*       sizes are 0 for parts left out
// Most ranges are short and end within the chunk that rangeHead() fills, in memory: one call does
// it, and no object is made for the iterator, which costs more than ten entries.
#include <algorithm>
#include <iterator>

#include "binding/environment.h"
#include "binding/pool_work.h"
#include "binding/read_codes.h"
#include "binding/store_handle.h"

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
  uint32_t head = 0;  // entries that rangeHead() filled
  uint64_t needed = 0;

  explicit IteratorState(StoreHandlePtr handle_in) : handle(std::move(handle_in)) {}
  Status Prepare(Tier wanted) {
    tier = wanted;
    return handle->store->NewIterator(request.namespace_id, request.options, wanted, &iterator);
  }
  int32_t Fill(Bytes chunk, uint32_t entries_max, Tier wanted);
  // Nothing is left behind what was filled.
  bool AtEnd() const { return status.ok() && !iterator->Valid() && iterator->status().ok(); }
  void Close() {
    closed = true;
    if (!busy) iterator.reset();
  }
};
using IteratorPtr = std::shared_ptr<IteratorState>;

// Entries written, 0 at the end, or kFillTooSmall or kGetNeedsDisk. A failure stands in `status`.
int32_t IteratorState::Fill(Bytes chunk, uint32_t entries_max, Tier wanted) {
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
  auto& [out, size] = chunk;
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

// The range, and what else the call has behind it.
template <size_t N, class... More>
bool ReadRange(const StoreCall<N>& call, RangeRequest* request, More... more) {
  std::optional<std::string> lower;
  std::optional<std::string> upper;
  IterateOptions& options = request->options;
  if (!call.Read("namespaceId", &request->namespace_id, "snapshotId", &options.snapshot_id, "flags",
                 &request->flags, "lower", &lower, "upper", &upper, more...)) {
    return false;
  }
  const auto has = [request](uint32_t flag) { return (request->flags & flag) != 0; };
  options.reverse = has(kRangeReverse);
  options.lower.set = lower.has_value() && has(kRangeHasLower);
  options.upper.set = upper.has_value() && has(kRangeHasUpper);
  options.lower.inclusive = !has(kRangeLowerExclusive);
  options.upper.inclusive = !has(kRangeUpperExclusive);
  if (lower) options.lower.key = std::move(*lower);
  if (upper) options.upper.key = std::move(*upper);
  return true;
}

// A call of one of the iterator's methods.
struct IteratorCall : Call<2> {
  using Call::Call;

  // The iterator behind `this`; nullptr with an exception pending when it is no iterator.
  const IteratorPtr* state() const {
    void* box = nullptr;
    if (napi_unwrap(env, self, &box) == napi_ok && box != nullptr) {
      return static_cast<const IteratorPtr*>(box);
    }
    ThrowTypeError(env, "this", "an iterator");
    return nullptr;
  }
};

struct FillRequest {
  const IteratorPtr* state = nullptr;
  Bytes chunk;
  uint32_t entries_max = 0;
};

bool ReadFillRequest(const IteratorCall& call, FillRequest* request) {
  request->state = call.state();
  if (request->state == nullptr ||
      !call.Read("chunk", &request->chunk, "entriesMax", &request->entries_max)) {
    return false;
  }
  IteratorState& state = **request->state;
  if (state.handle->left()) state.Close();
  if (!state.closed && !state.busy) return true;
  Throw(call.env, state.closed ? Status::Closed("the iterator")
                               : Status::InvalidArgument("the iterator is being read already"));
  return false;
}

template <Tier tier>
napi_value FillHere(napi_env env, napi_callback_info info) {
  const IteratorCall call(env, info);
  FillRequest request;
  if (!ReadFillRequest(call, &request)) return nullptr;
  IteratorState& state = **request.state;
  const int32_t count = state.Fill(request.chunk, request.entries_max, tier);
  if (!state.status.ok() && count <= 0) return Throw(env, state.status);
  return Value(env, count);
}

napi_value FillOnPool(napi_env env, napi_callback_info info) {
  const IteratorCall call(env, info);
  FillRequest request;
  if (!ReadFillRequest(call, &request)) return nullptr;
  const IteratorPtr state = *request.state;
  state->busy = true;
  // The chunk stays put while it is referenced.
  napi_ref chunk = nullptr;
  napi_create_reference(env, call.argument[0], 1, &chunk);
  const auto count = std::make_shared<int32_t>(0);
  return RunOnPool(env, "ledgerstone.range",
                   {.run =
                        [state, request, count] {
                          *count = state->Fill(request.chunk, request.entries_max, Tier::kDisk);
                          return *count > 0 ? Status::Ok() : state->status;
                        },
                    .result = [count](napi_env e) { return Value(e, *count); },
                    .settled =
                        [state, chunk](napi_env e) {
                          napi_delete_reference(e, chunk);
                          state->busy = false;
                          if (state->closed) state->iterator.reset();
                        }});
}

napi_value HeadSize(napi_env env, napi_callback_info info) {
  const IteratorPtr* state = IteratorCall(env, info).state();
  return state == nullptr ? nullptr : Value(env, (*state)->head);
}

napi_value Needed(napi_env env, napi_callback_info info) {
  const IteratorPtr* state = IteratorCall(env, info).state();
  return state == nullptr ? nullptr : Value(env, (*state)->needed);
}

napi_value CloseIterator(napi_env env, napi_callback_info info) {
  const IteratorPtr* state = IteratorCall(env, info).state();
  if (state != nullptr) (*state)->Close();
  return nullptr;
}

napi_value ConstructIterator(napi_env env, napi_callback_info info) {
  return Call<>(env, info).self;
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
  const napi_property_descriptor methods[] = {method("fillSync", FillHere<Tier::kDisk>),
                                              method("fillMemory", FillHere<Tier::kMemory>),
                                              method("fill", FillOnPool),
                                              method("headSize", HeadSize),
                                              method("needed", Needed),
                                              method("close", CloseIterator)};
  napi_define_class(env, "NativeIterator", NAPI_AUTO_LENGTH, ConstructIterator, nullptr,
                    std::size(methods), methods, &constructor);
  napi_create_reference(env, constructor, 1, &environment->iterator_class);
  return constructor;
}

napi_value WrapIterator(napi_env env, const IteratorPtr& state) {
  napi_value object = nullptr;
  if (napi_new_instance(env, IteratorClass(env), 0, nullptr, &object) != napi_ok) return nullptr;
  const auto release = [](napi_env, void* box, void*) { delete static_cast<IteratorPtr*>(box); };
  napi_wrap(env, object, new IteratorPtr(state), release, nullptr, nullptr);
  return object;
}

// Takes the view and fills the chunk with the range's first entries, as far as memory can tell.
// Returns how many, where they are the whole range; otherwise, and where that is not known, the
// iterator, which stands behind them. It also tells what went wrong after the view was taken.
napi_value RangeHead(napi_env env, napi_callback_info info) {
  const StoreCall<7> call(env, info);
  const auto state = std::make_shared<IteratorState>(call.shared());
  Bytes chunk;
  uint32_t entries_max = 0;
  if (!ReadRange(call, &state->request, "chunk", &chunk, "entriesMax", &entries_max)) {
    return nullptr;
  }
  const Status status = state->Prepare(Tier::kMemory);
  if (!status.ok()) return Throw(env, status);
  const auto filled =
      static_cast<uint32_t>(std::max(0, state->Fill(chunk, entries_max, Tier::kMemory)));
  const bool ends_here = filled == entries_max && (state->request.flags & kRangeEndsAtMax) != 0;
  if (ends_here || state->AtEnd()) return Value(env, filled);
  state->head = filled;
  return WrapIterator(env, state);
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
  const StoreCall<6> call(env, info);
  IteratorState state(call.shared());
  uint64_t limit = 0;
  uint64_t count = 0;
  if (!ReadRange(call, &state.request, "limit", &limit)) return nullptr;
  const Status status = CountEntries(&state, limit, &count);
  return Answer(env, status, Value(env, count));
}

napi_value CountOnPool(napi_env env, napi_callback_info info) {
  const StoreCall<6> call(env, info);
  const auto state = std::make_shared<IteratorState>(call.shared());
  uint64_t limit = 0;
  if (!ReadRange(call, &state->request, "limit", &limit)) return nullptr;
  return Compute<uint64_t>(env, "ledgerstone.count", [state, limit](uint64_t* count) {
    return CountEntries(state.get(), limit, count);
  });
}

napi_value ApproximateCount(napi_env env, napi_callback_info info) {
  const StoreCall<5> call(env, info);
  RangeRequest request;
  if (!ReadRange(call, &request)) return nullptr;
  uint64_t count = 0;
  const Status status =
      call.store()->ApproximateCount(request.namespace_id, request.options, &count);
  return Answer(env, status, Value(env, count));
}

}  // namespace

void DefineRangeFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunctions(env, object, handle,
                       {{"rangeHead", RangeHead},
                        {"countSync", CountSync},
                        {"count", CountOnPool},
                        {"approximateCount", ApproximateCount}});
}

}  // namespace ledgerstone::binding
