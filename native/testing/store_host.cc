#include "testing/store_host.h"

#include "base/checks.h"
#include "env/simulated_env.h"
#include "env/stepwise_scheduler.h"

namespace ledgerstone {
namespace {

class SimulatedHost final : public StoreHost {
 public:
  explicit SimulatedHost(uint64_t seed) : seed_(seed), env_(seed) {}

  std::string path() const override { return "/store"; }
  Env* env() override { return &env_; }
  void AdvanceWall(uint64_t millis) override { env_.SetWallMillis(env_.WallMillis() + millis); }
  Scheduler* NewScheduler() override {
    StepwiseScheduler::Clock clock;
    clock.now_micros = [this] { return env_.NowMicros(); };
    clock.advance = [this](uint64_t delta) { env_.AdvanceClock(delta); };
    scheduler_ = std::make_unique<StepwiseScheduler>(HashMix(seed_) + ++opens_, std::move(clock));
    return scheduler_.get();
  }
  void RunJobs(uint64_t jobs) override {
    for (uint64_t i = 0; i < jobs && scheduler_->RunOne(); ++i) {
    }
  }
  Status Kill(std::unique_ptr<Store>* store) override {
    const SimulatedEnv::Image image = env_.Snapshot();
    env_.SetFaultPlan(FaultPlan(Fault::CrashAt(0)));
    (void)env_.SyncDirectory("/");
    LS_CHECK(env_.dead());
    store->reset();
    env_.Restore(image);
    return Status::Ok();
  }

 private:
  const uint64_t seed_;
  SimulatedEnv env_;
  uint64_t opens_ = 0;
  std::unique_ptr<StepwiseScheduler> scheduler_;
};

}  // namespace

std::unique_ptr<StoreHost> NewSimulatedHost(uint64_t seed) {
  return std::make_unique<SimulatedHost>(seed);
}

}  // namespace ledgerstone
