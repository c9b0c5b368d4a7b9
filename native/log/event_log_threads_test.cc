// Real threads on one event log: writers, readers, seekers, an archiver and a verifier at once.
// Runs under ThreadSanitizer.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "testing/event_world.h"

namespace ledgerstone {
namespace {

constexpr int kWriters = 3;
constexpr int kAppendsPerWriter = 150;

class ThreadedEventLog : public testing::Test {
 protected:
  void SetUp() override {
    options_.env = &env_;
    options_.scheduler = nullptr;
    options_.idle_promise_micros = 200;
    ASSERT_TRUE(EventLog::Open(options_, "/log", &log_).ok());
  }

  // Appends one after the other, a few on the way at a time.
  void Write(int writer) {
    std::atomic<int> under_way{0};
    for (int i = 0; i < kAppendsPerWriter; ++i) {
      const std::string event = std::to_string(writer) + ":" + std::to_string(i);
      ++under_way;
      log_->Append(PackEvents({event, event}), 2, {},
                   [&](const Status& status, const AppendResult& result) {
                     EXPECT_TRUE(status.ok()) << status.ToString();
                     EXPECT_EQ(result.last, result.first + 1);
                     --under_way;
                   });
      while (under_way.load() > 4) std::this_thread::yield();
    }
    while (under_way.load() > 0) std::this_thread::yield();
  }

  // Reads everything; within each writer events are in order.
  void ReadOnce(uint64_t* count) {
    const uint64_t durable = log_->DurablePosition();
    std::unique_ptr<EventCursor> cursor;
    ASSERT_TRUE(log_->Read(1, 0, &cursor).ok());
    int next[kWriters] = {};
    EventBatch batch;
    *count = 0;
    do {
      const Status status = cursor->Next(&batch);
      ASSERT_TRUE(status.ok()) << status.ToString();
      for (const Slice event : batch.events) {
        const int writer = event[0] - '0';
        ASSERT_EQ(event.substr(2), std::to_string(next[writer] / 2));
        ++next[writer];
        ++*count;
      }
    } while (!batch.events.empty());
    ASSERT_GE(*count, durable);
  }

  SimulatedEnv env_{21};
  EventLogOptions options_ = TinyEventLogOptions();
  std::unique_ptr<EventLog> log_;
};

TEST_F(ThreadedEventLog, WritersReadersAndArchiversGetAlong) {
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([this, writer] { Write(writer); });
  }
  std::vector<std::thread> others;
  const auto meanwhile = [&](auto work) {
    others.emplace_back([&done, work] {
      do {
        work();
        std::this_thread::yield();
      } while (!done.load());
    });
  };
  meanwhile([this] {
    uint64_t count = 0;
    ReadOnce(&count);
  });
  meanwhile([this] {
    const uint64_t durable = log_->DurablePosition();
    uint64_t position = 0;
    EXPECT_TRUE(log_->SeekTime(0, &position).ok());
    EXPECT_EQ(position, 1u);
    uint32_t chain = 0;
    if (durable > 0) {
      EXPECT_TRUE(log_->Chain(durable, &chain, &position).ok());
    }
    EXPECT_GE(log_->Epoch(), 0u);
    uint64_t next = 1;
    for (const SegmentFacts& facts : log_->Segments()) {
      if (facts.first == 0) continue;
      EXPECT_EQ(facts.first, next);
      next = facts.last + 1;
    }
  });
  meanwhile([this] {
    uint64_t moved = 0;
    const Status status = log_->Archive("/archive", log_->DurablePosition() / 2, &moved);
    EXPECT_TRUE(status.ok()) << status.ToString();
  });
  meanwhile([this] {
    std::vector<Status> findings;
    EXPECT_TRUE(log_->Verify(&findings).ok());
    EXPECT_TRUE(findings.empty()) << findings.front().ToString();
  });
  for (std::thread& thread : threads) thread.join();
  done.store(true);
  for (std::thread& thread : others) thread.join();
  uint64_t count = 0;
  ReadOnce(&count);
  EXPECT_EQ(count, uint64_t{2} * kWriters * kAppendsPerWriter);
  EXPECT_TRUE(log_->Close().ok());
}

TEST_F(ThreadedEventLog, CloseWaitsForWhatIsQueuedAndRefusesTheRest) {
  std::atomic<int> settled{0};
  std::atomic<int> appended{0};
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&] {
      for (int i = 0; i < kAppendsPerWriter; ++i) {
        log_->Append(PackEvents({"event"}), 1, {}, [&](const Status& status, const AppendResult&) {
          EXPECT_TRUE(status.ok() || status.Is(StatusCode::kClosed)) << status.ToString();
          if (status.ok()) ++appended;
          ++settled;
        });
      }
    });
  }
  while (settled.load() < kAppendsPerWriter / 2) std::this_thread::yield();
  EXPECT_TRUE(log_->Close().ok());
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(settled.load(), kWriters * kAppendsPerWriter);
  log_.reset();
  ASSERT_TRUE(EventLog::Open(options_, "/log", &log_).ok());
  EXPECT_EQ(log_->DurablePosition(), static_cast<uint64_t>(appended.load()));
}

TEST_F(ThreadedEventLog, OfManyWhoExpectTheSamePositionOneIsTaken) {
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int writer = 0; writer < kWriters; ++writer) {
    threads.emplace_back([&] {
      for (uint64_t expected = 0; expected < 50;) {
        std::atomic<bool> answered{false};
        uint64_t last = 0;
        log_->Append(PackEvents({"event"}), 1, {.expected = expected, .epoch = {}},
                     [&](const Status& status, const AppendResult& result) {
                       EXPECT_TRUE(status.ok() || status.Is(StatusCode::kPositionMismatch));
                       if (status.ok()) ++taken;
                       last = result.last;
                       answered.store(true);
                     });
        while (!answered.load()) std::this_thread::yield();
        EXPECT_GT(last, expected);
        expected = last;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(static_cast<uint64_t>(taken.load()), log_->DurablePosition());
}

}  // namespace
}  // namespace ledgerstone
