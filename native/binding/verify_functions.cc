// Verification of an open store, and of a directory nobody has open. The first is an object with
// functions of its own:
//   step()       reads on, on the pool; fulfils with the microseconds the rate then wants, or -1
//                when all was read
//   progress()   files and bytes, done and in total
//   findings()   so far
//   cancel()     ends a step under way, and what it holds
#include "binding/environment.h"
#include "binding/findings.h"
#include "binding/pool_work.h"
#include "binding/store_handle.h"

namespace ledgerstone::binding {
namespace {

constexpr double kAllRead = -1;

// Its steps never overlap: TypeScript sees to that, `busy` makes sure.
struct VerificationState {
  StoreHandlePtr handle;
  std::unique_ptr<Verification> verification;
  uint64_t wait_micros = 0;
  bool busy = false;
  bool cancelled = false;
};
using VerificationPtr = std::shared_ptr<VerificationState>;

VerificationPtr StateOf(const Call<>& call) { return *static_cast<VerificationPtr*>(call.data); }

// Null with an exception pending.
VerificationPtr UsableState(const Call<>& call) {
  const VerificationPtr state = StateOf(call);
  if (!state->cancelled && !state->busy) return state;
  Throw(call.env, state->cancelled ? Status::Closed("the verification")
                                   : Status::InvalidArgument("a step is under way"));
  return nullptr;
}

napi_value Step(napi_env env, napi_callback_info info) {
  const VerificationPtr state = UsableState(Call<>(env, info));
  if (state == nullptr) return nullptr;
  state->busy = true;
  return RunOnPool(env, "ledgerstone.verify",
                   {.run = [state] { return state->verification->Step(&state->wait_micros); },
                    .result =
                        [state](napi_env e) {
                          const bool done = state->cancelled || state->verification->done();
                          return Value(e,
                                       done ? kAllRead : static_cast<double>(state->wait_micros));
                        },
                    .settled = [state](napi_env) { state->busy = false; }});
}

napi_value Progress(napi_env env, napi_callback_info info) {
  const VerificationPtr state = UsableState(Call<>(env, info));
  if (state == nullptr) return nullptr;
  const VerifyProgress progress = state->verification->progress();
  napi_value object = Object(env);
  Set(env, object, "filesDone", progress.files_done);
  Set(env, object, "filesTotal", progress.files_total);
  Set(env, object, "bytesDone", progress.bytes_done);
  Set(env, object, "bytesTotal", progress.bytes_total);
  return object;
}

napi_value Findings(napi_env env, napi_callback_info info) {
  const VerificationPtr state = UsableState(Call<>(env, info));
  return state == nullptr ? nullptr : FindingList(env, state->verification->findings());
}

napi_value Cancel(napi_env env, napi_callback_info info) {
  const VerificationPtr state = StateOf(Call<>(env, info));
  state->cancelled = true;
  state->verification->Cancel();
  return nullptr;
}

napi_value NewVerification(napi_env env, napi_callback_info info) {
  const StoreCall<1> call(env, info);
  uint64_t bytes_per_second = 0;
  if (!call.Read("bytesPerSecond", &bytes_per_second)) return nullptr;
  const auto state = std::make_shared<VerificationState>();
  state->handle = call.shared();
  const Status status = call.store()->NewVerification(bytes_per_second, &state->verification);
  if (!status.ok()) return Throw(env, status);
  napi_value object = Object(env);
  const std::pair<const char*, napi_callback> functions[] = {
      {"step", Step}, {"progress", Progress}, {"findings", Findings}, {"cancel", Cancel}};
  for (const auto& [name, callback] : functions) {
    auto* const box = new VerificationPtr(state);
    napi_value function = Function(env, name, callback, box);
    const auto release = [](napi_env, void* data, void*) {
      delete static_cast<VerificationPtr*>(data);
    };
    napi_add_finalizer(env, function, box, release, nullptr, nullptr);
    Set(env, object, name, function);
  }
  return object;
}

}  // namespace

napi_value VerifyPath(napi_env env, napi_callback_info info) {
  const Call<2> call(env, info);
  std::string path;
  VerifyOptions options;
  if (!call.Read("path", &path, "bytesPerSecond", &options.bytes_per_second)) return nullptr;
  return Compute<std::vector<Finding>>(
      env, "ledgerstone.verifyDirectory",
      [path, options](std::vector<Finding>* findings) {
        return VerifyDirectory(nullptr, path, options, findings);
      },
      FindingList);
}

void DefineVerifyFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle) {
  DefineStoreFunctions(env, object, handle, {{"verification", NewVerification}});
}

}  // namespace ledgerstone::binding
