// What a store does, as text: its events and levels over a small script, and each operation on its
// files from creation to reopening. The texts are in testdata/; testing/golden.h tells how to
// rewrite them. Tables are uncompressed, so that no codec's version shows.
#include <gtest/gtest.h>

#include "env/tracing_env.h"
#include "testing/golden.h"
#include "testing/store_world.h"

namespace ledgerstone {
namespace {

NamespaceOptions Uncompressed() {
  NamespaceOptions options;
  options.compression = options.bottom_compression = Compression::kNone;
  return options;
}

StoreOptions GoldenOptions() {
  StoreOptions options = TinyStoreOptions();
  options.l0_compaction_trigger = 5;
  return options;
}

class StoreGolden : public testing::Test {
 protected:
  // Runs the step and everything it sets off, then writes down what happened.
  void Step(const std::string& name, const std::function<Status()>& step) {
    const Status status = step();
    EXPECT_TRUE(status.ok()) << name << ": " << status.ToString();
    world_.scheduler().RunAll();
    text_ += "== " + name + "\n";
    for (; told_ < world_.events().size(); ++told_) text_ += world_.events()[told_] + "\n";
    if (world_.is_open()) text_ += world_.store().LevelsText();
  }

  Status PutRange(NamespaceId id, char prefix, int count, char value) {
    WriteBatch batch;
    for (int i = 0; i < count; ++i) {
      batch.Put(id, prefix + std::to_string(10 + i), std::string(300, value));
    }
    return world_.Write(batch);
  }

  SimulatedEnv env_{11};
  StoreWorld world_{&env_, 11, GoldenOptions()};
  std::string text_;
  size_t told_ = 0;
};

TEST_F(StoreGolden, EventsAndLevelsOfASmallLife) {
  NamespaceId id = 0;
  Step("open a new store", [&] { return world_.Open(); });
  Step("create a namespace and put 8 keys", [&] {
    id = world_.Open("a", Uncompressed());
    return PutRange(id, 'k', 8, '0');
  });
  for (char round = '1'; round <= '5'; ++round) {
    Step(std::string("put 8 keys and flush, round ") + round, [&] {
      const Status put = PutRange(id, 'k', 8, round);
      return put.ok() ? world_.Flush() : put;
    });
  }
  Step("delete 4 of the keys and flush", [&] {
    for (int i = 0; i < 4; ++i) {
      const Status deleted = world_.Delete(id, "k" + std::to_string(10 + i));
      if (!deleted.ok()) return deleted;
    }
    return world_.Flush();
  });
  Step("compact", [&] { return world_.Compact(id); });
  Step("put 4 keys behind all others, flush, compact", [&] {
    const Status put = PutRange(id, 'z', 4, 'z');
    return put.ok() ? world_.Compact(id) : put;
  });
  Step("drop the namespace and flush", [&] {
    const Status dropped = world_.Drop(id);
    return dropped.ok() ? world_.Flush() : dropped;
  });
  Step("close", [&] { return world_.Close(); });
  Step("reopen", [&] { return world_.Open(); });
  EXPECT_EQ(GoldenDifference(__FILE__, "store_life.txt", text_), "");
}

TEST(StoreGoldenTrace, FileOperationsFromCreationToReopening) {
  std::string text;
  SimulatedEnv disk(12);
  TracingEnv env(&disk, {.root = "/store"}, [&](const std::string& line) { text += line + "\n"; });
  std::unique_ptr<StepwiseScheduler> scheduler;
  std::unique_ptr<Store> store;
  NamespaceId id = 0;
  const auto step = [&](const std::string& name, const std::function<Status()>& run) {
    text += "== " + name + "\n";
    const Status status = run();
    EXPECT_TRUE(status.ok()) << name << ": " << status.ToString();
    scheduler->RunAll();
  };
  const auto open = [&] {
    scheduler = std::make_unique<StepwiseScheduler>(12);
    StoreOptions options = GoldenOptions();
    options.env = &env;
    options.scheduler = scheduler.get();
    return Store::Open(options, "/store", &store);
  };
  const auto put = [&](const char* key) {
    WriteBatch batch;
    batch.Put(id, key, "value");
    return store->Write(batch);
  };
  step("create a store", open);
  step("create a namespace", [&] { return store->OpenNamespace("a", Uncompressed(), &id); });
  step("put durably", [&] { return put("key"); });
  step("wait for the idle promise", [&] {
    while (scheduler->RunOne()) continue;
    return Status::Ok();
  });
  step("flush", [&] {
    bool settled = false;
    Status result;
    store->Flush([&](const Status& status) {
      result = status;
      settled = true;
    });
    scheduler->WaitUntil([&] { return settled; });
    return result;
  });
  step("put again", [&] { return put("other"); });
  step("close", [&] { return store->Close(); });
  store.reset();
  step("reopen", open);
  EXPECT_EQ(GoldenDifference(__FILE__, "store_file_operations.txt", text), "");
}

}  // namespace
}  // namespace ledgerstone
