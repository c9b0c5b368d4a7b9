#include "env/tracing_env.h"

#include <gtest/gtest.h>

#include "env/simulated_env.h"

namespace ledgerstone {
namespace {

class TracingEnvTest : public testing::Test {
 protected:
  // Does one of everything below /db.
  static void RunAll(Env* env) {
    std::unique_ptr<DirectoryLock> lock;
    std::unique_ptr<WritableFile> file;
    std::unique_ptr<RandomAccessFile> reader;
    std::vector<std::string> names;
    bool exists = false;
    uint64_t size = 0;
    char byte = 0;
    size_t read = 0;
    ASSERT_TRUE(env->CreateDirectory("/db").ok());
    ASSERT_TRUE(env->LockDirectory("/db", "LOCK", &lock).ok());
    ASSERT_TRUE(env->NewWritableFile("/db/000002.wal", WriteMode::kCreate, &file).ok());
    ASSERT_TRUE(file->Append("abc").ok());
    ASSERT_TRUE(file->Extend(65536).ok());
    ASSERT_TRUE(file->Trim().ok());
    file->StartWriteback();
    ASSERT_TRUE(file->Sync().ok());
    ASSERT_TRUE(file->Close().ok());
    ASSERT_TRUE(env->NewWritableFile("/db/000002.wal", WriteMode::kAppend, &file).ok());
    ASSERT_TRUE(env->FileExists("/db/000002.wal", &exists).ok());
    ASSERT_TRUE(env->FileSize("/db/000002.wal", &size).ok());
    ASSERT_TRUE(env->NewRandomAccessFile("/db/000002.wal", &reader).ok());
    ASSERT_TRUE(reader->Read(1, 1, &byte, &read).ok());
    ASSERT_TRUE(env->TruncateFile("/db/000002.wal", 1).ok());
    ASSERT_TRUE(env->CreateDirectory("/db/backup").ok());
    ASSERT_TRUE(env->LinkFile("/db/000002.wal", "/db/backup/000002.wal").ok());
    ASSERT_TRUE(env->RenameFile("/db/000002.wal", "/elsewhere").ok());
    ASSERT_TRUE(env->RemoveFile("/elsewhere").ok());
    ASSERT_TRUE(env->ListDirectory("/db", &names).ok());
    ASSERT_TRUE(env->SyncDirectory("/db/backup").ok());
    ASSERT_TRUE(env->SyncDirectory("/db").ok());
  }

  SimulatedEnv base_;
  std::string text_;
  TracingEnv::Sink sink_ = [this](const std::string& line) { text_ += line + "\n"; };
};

TEST_F(TracingEnvTest, TellsWhatChangesTheDisk) {
  TracingEnv env(&base_, {"/db"}, sink_);
  RunAll(&env);
  EXPECT_EQ(text_,
            "mkdir\n"
            "lock LOCK\n"
            "create 000002.wal\n"
            "append 000002.wal 3\n"
            "extend 000002.wal 65536\n"
            "trim 000002.wal\n"
            "writeback 000002.wal\n"
            "sync 000002.wal\n"
            "close 000002.wal\n"
            "append-to 000002.wal\n"
            "truncate 000002.wal 1\n"
            "mkdir backup\n"
            "link 000002.wal backup/000002.wal\n"
            "rename 000002.wal /elsewhere\n"
            "remove /elsewhere\n"
            "sync-dir backup\n"
            "sync-dir\n"
            "unlock LOCK\n");
}

TEST_F(TracingEnvTest, TellsReadsWhenAsked) {
  TracingEnv env(&base_, {"/db", true}, sink_);
  RunAll(&env);
  for (const std::string line : {"exists 000002.wal\n", "size 000002.wal\n", "open 000002.wal\n",
                                 "read 000002.wal 1 1\n", "list\n"}) {
    EXPECT_NE(text_.find(line), std::string::npos) << line;
  }
}

TEST_F(TracingEnvTest, MarksFailuresAndHandsThemOn) {
  TracingEnv env(&base_, {"/db"}, sink_);
  ASSERT_TRUE(env.CreateDirectory("/db").ok());
  std::unique_ptr<WritableFile> file;
  ASSERT_TRUE(env.NewWritableFile("/db/a", WriteMode::kCreate, &file).ok());
  text_.clear();
  Fault fault;
  fault.kind = FaultKind::kNoSpace;
  base_.SetFaultPlan(FaultPlan(fault));
  EXPECT_TRUE(file->Append("abc").Is(StatusCode::kNoSpace));
  EXPECT_TRUE(env.RemoveFile("/db/b").Is(StatusCode::kNotFound));
  EXPECT_EQ(text_, "append a 3 -> NO_SPACE\nremove b -> NOT_FOUND\n");
}

TEST_F(TracingEnvTest, APathThatOnlyBeginsLikeTheRootIsTold) {
  TracingEnv env(&base_, {"/db"}, sink_);
  ASSERT_TRUE(env.CreateDirectory("/db2").ok());
  EXPECT_EQ(text_, "mkdir /db2\n");
}

}  // namespace
}  // namespace ledgerstone
