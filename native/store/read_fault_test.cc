// Everything that only reads: each of its operations fails once, and is told. Never a clean answer
// that left something out, never a change on disk.
#include <gtest/gtest.h>

#include "ledgerstone/copies.h"
#include "testing/counts.h"
#include "testing/event_world.h"
#include "testing/store_world.h"

namespace ledgerstone {
namespace {

class ReadFault : public testing::Test {
 protected:
  using Files = std::map<std::string, std::string>;

  // A store with tables on several levels, range deletes and logs with entries that no table has.
  void MakeStore() {
    StoreWorld world(&env_);
    ASSERT_TRUE(world.Open().ok());
    const NamespaceId id = world.Open("a");
    const NamespaceId other = world.Open("b");
    for (int i = 0; i < 120; ++i) {
      ASSERT_TRUE(world.Put(id, "key" + std::to_string(i), std::string(100, 'v')).ok());
      ASSERT_TRUE(i % 40 != 39 || world.Flush().ok());
    }
    WriteBatch batch;
    batch.DeleteRange(id, "key11", "key12");
    batch.Put(other, "more", "value");
    ASSERT_TRUE(world.Write(batch).ok());
    world.Kill();
    env_.Restore(env_.Snapshot());
  }

  void MakeLog(bool clean) {
    EventWorld world(&env_);
    ASSERT_TRUE(world.Open().ok());
    for (int i = 0; i < 40; ++i) {
      ASSERT_TRUE(world.Append({"event " + std::to_string(i)}).status.ok());
    }
    ASSERT_TRUE(!clean || world.Close().ok());
    world.Kill();
    env_.Restore(env_.Snapshot());
  }

  Files Images() {
    Files files;
    for (const std::string& path : env_.ListImages()) files[path] = *env_.ReadImage(path);
    return files;
  }

  // Runs `read` with its first operation failing, then its second, and so on to the last; once, and
  // from there on. What fails once may be tried again: then the answer is the right one.
  void FailEach(const std::string& what, const std::function<Status(std::string* answer)>& read) {
    const auto image = env_.Snapshot();
    const Files before = Images();
    std::string right;
    ASSERT_TRUE(read(&right).ok());
    for (const bool for_ever : {false, true}) {
      for (uint64_t operation = 0;; ++operation) {
        SCOPED_TRACE(what + ", operation " + std::to_string(operation));
        env_.Restore(image);
        Fault fault = Fault::ErrorAt(operation);
        fault.from_then_on = for_ever;
        env_.SetFaultPlan(FaultPlan(fault));
        std::string answer;
        const Status status = read(&answer);
        const bool told = !status.ok() || answer != right;
        const bool fired = env_.faults_fired() > 0;
        EXPECT_TRUE(fired ? told || !for_ever : !told) << status.ToString();
        EXPECT_FALSE(status.Is(StatusCode::kNotFound)) << status.ToString();
        EXPECT_TRUE(fired || operation > 3);
        if (!fired || HasFailure()) break;
        Count("failed operations of readers");
      }
    }
    env_.SetFaultPlan({});
    EXPECT_EQ(Images(), before);
  }

  SimulatedEnv env_{7};
};

TEST_F(ReadFault, IsToldByAReadOnlyStore) {
  MakeStore();
  StoreOptions options = TinyStoreOptions();
  options.read_only = true;
  FailEach("reading beside an owner", [&](std::string* answer) {
    StoreWorld reader(&env_, 2, options);
    LS_RETURN_IF_ERROR(reader.Open());
    StoreState state;
    LS_RETURN_IF_ERROR(reader.ReadAll(&state));
    for (const auto& [name, entries] : state) {
      for (const auto& [key, value] : entries) *answer += name + key + value + "\n";
    }
    return Status::Ok();
  });
}

TEST_F(ReadFault, IsToldByAVerificationOfADirectory) {
  MakeStore();
  FailEach("verifying a directory", [&](std::string* answer) {
    std::vector<Finding> findings;
    LS_RETURN_IF_ERROR(VerifyDirectory(&env_, StoreWorld::kPath, &findings));
    *answer = std::to_string(findings.size());
    return Status::Ok();
  });
}

TEST_F(ReadFault, IsToldByTheInspector) {
  MakeStore();
  MakeLog(true);
  const std::map<std::string, InspectKind> kinds = {{".wal", InspectKind::kLog},
                                                    {".sst", InspectKind::kTable},
                                                    {".manifest", InspectKind::kManifest},
                                                    {"CURRENT", InspectKind::kCurrent},
                                                    {".evt", InspectKind::kEvents},
                                                    {".idx", InspectKind::kEventIndex},
                                                    {"CATALOG", InspectKind::kEventCatalog}};
  FailEach("inspecting", [&](std::string* answer) {
    for (const std::string& path : env_.ListImages()) {
      for (const auto& [ending, kind] : kinds) {
        std::string text;
        if (path.ends_with(ending)) {
          LS_RETURN_IF_ERROR(InspectFile(&env_, kind, path, true, &text));
          *answer += text;
        }
      }
    }
    return Status::Ok();
  });
}

TEST_F(ReadFault, IsToldByAReadOnlyEventLog) {
  MakeLog(false);
  EventLogOptions options = TinyEventLogOptions();
  options.read_only = true;
  FailEach("reading an event log", [&](std::string* answer) {
    EventWorld reader(&env_, 2, options);
    LS_RETURN_IF_ERROR(reader.Open());
    std::vector<EventWorld::Event> events;
    LS_RETURN_IF_ERROR(reader.ReadAll(&events));
    for (const EventWorld::Event& event : events) *answer += event.bytes + "\n";
    return Status::Ok();
  });
}

TEST_F(ReadFault, IsToldByAVerificationOfAnEventLog) {
  MakeLog(false);
  FailEach("verifying an event log", [&](std::string* answer) {
    EventLogOptions options = TinyEventLogOptions();
    options.read_only = true;
    EventWorld reader(&env_, 2, options);
    LS_RETURN_IF_ERROR(reader.Open());
    std::vector<Status> findings;
    LS_RETURN_IF_ERROR(reader.log().Verify(&findings));
    *answer = std::to_string(findings.size());
    return Status::Ok();
  });
}

}  // namespace
}  // namespace ledgerstone
