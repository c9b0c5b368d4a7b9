// Fuzz target: a stream of calls on a store over a simulated disk, with one planned fault, then a
// death and a reopening. What is there must be what was promised, before and after.
//
//   input := fault: u8, operation: u16, damage: u8, seed: u8, call*
#include "base/checks.h"
#include "fuzz/input.h"
#include "fuzz/target.h"
#include "testing/store_script.h"

namespace ledgerstone {
namespace {

constexpr char kSpaces[][2] = {"a", "b"};
constexpr char kDerivedSpace[] = "d";
constexpr size_t kCallsMax = 200;

Fault PlannedFault(FuzzInput* input) {
  const uint8_t shape = input->Byte();
  Fault fault;
  fault.operation = input->Number16() % 2048;
  fault.kind = static_cast<FaultKind>(shape % 3);
  fault.from_then_on = (shape & 0x10) != 0;
  fault.partly = (shape & 0x20) != 0;
  return fault;
}

class Calls {
 public:
  Calls(FuzzInput* input, ScriptRun* run) : input_(input), run_(run) {}

  void MakeAll() {
    run_->Open();
    for (const char* space : kSpaces) run_->Create(space);
    run_->Create(kDerivedSpace, true);
    for (size_t i = 0; i < kCallsMax && !input_->empty(); ++i) Make();
    run_->Settle();
  }

 private:
  std::string Key() { return "k" + std::to_string(input_->Below(24)); }

  HistoryChange Change(const std::string& space) {
    std::string key = Key();
    const uint8_t draw = input_->Byte();
    if (draw % 4 == 0) return {space, std::move(key), std::nullopt};
    return {space, std::move(key), std::string(draw * 4u, static_cast<char>('a' + draw % 26))};
  }

  std::vector<HistoryChange> Changes(const std::string& space) {
    std::vector<HistoryChange> changes;
    for (size_t left = 1 + input_->Below(6); left > 0; --left) changes.push_back(Change(space));
    return changes;
  }

  void Make() {
    const uint8_t call = input_->Byte();
    const std::string space = kSpaces[call >> 7];
    const auto durability = static_cast<Durability>((call >> 5 & 3) % 3);
    switch (call % 16) {
      case 0:
        return run_->Flush();
      case 1:
        return run_->Compact();
      case 2:
        return run_->Reopen();
      case 3:
        return run_->Settle();
      case 4:
        return run_->Derived(++applied_, Changes(kDerivedSpace));
      case 5:
        return Transact(space, durability);
      case 6:
        return Step();
      case 7:
      case 8:
      case 9:
        return run_->Queue(Changes(space), durability);
      default:
        return run_->Write(Changes(space), durability);
    }
  }

  void Transact(const std::string& space, Durability durability) {
    const uint64_t id = run_->Begin();
    const std::string key = Key();
    if (input_->Below(2) == 0) run_->Write({Change(space)}, Durability::kOs);
    run_->QueueTransaction(id, {{space, key}}, Changes(space), durability);
  }

  void Step() {
    if (run_->world().is_open()) (void)run_->world().scheduler().RunOne();
  }

  FuzzInput* input_;
  ScriptRun* run_;
  uint64_t applied_ = 0;
};

void ExpectKept(const StoreHistory& history, Durability spared, StoreWorld* world) {
  LS_CHECK(world->Open().ok());
  StoreState state;
  LS_CHECK(world->ReadAll(&state).ok());
  LS_CHECK(history.Judge(state, world->store().Applied(), spared).empty());
  LS_CHECK(world->VerifyClean().ok());
  LS_CHECK(world->Close().ok());
  LS_CHECK(world->Open().ok());
  StoreState again;
  LS_CHECK(world->ReadAll(&again).ok());
  LS_CHECK(again == state);
}

}  // namespace
}  // namespace ledgerstone

FUZZ_TARGET(store_api) {
  using namespace ledgerstone;
  FuzzInput input(data, size);
  const Fault fault = PlannedFault(&input);
  const uint8_t damage = input.Byte();
  const uint64_t seed = 1 + input.Byte();
  SimulatedEnv env(seed);
  env.SetFaultPlan(FaultPlan(fault));
  ScriptRun run(&env, seed);
  Calls(&input, &run).MakeAll();
  run.world().Kill();
  LS_CHECK(env.misuse().total() == 0);
  const bool power_cut = damage % 3 != 0;
  CrashOptions options;
  options.seed = seed;
  options.mode = !power_cut        ? CrashMode::kKeepAll
                 : damage % 3 == 1 ? CrashMode::kDropUnsynced
                                   : CrashMode::kTearAndReorder;
  options.unit = (damage & 0x10) != 0 ? 512 : 4096;
  options.lose_directory_entries = power_cut && (damage & 0x20) != 0;
  env.Crash(options);
  StoreWorld world(&env, seed + 1);
  ExpectKept(run.history(), power_cut ? Durability::kDisk : Durability::kOs, &world);
  return 0;
}
