// What only the real operating system does: short and interrupted calls, limits, locks between
// processes, and the assertions that keep a failed file from being used.
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <functional>

#include "env/posix_file.h"
#include "ledgerstone/env.h"

namespace ledgerstone {
namespace {

class PosixEnvTest : public testing::Test {
 protected:
  PosixEnvTest() {
    std::string name = (std::filesystem::temp_directory_path() / "ledgerstone-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~PosixEnvTest() override { std::filesystem::remove_all(directory_); }
  std::string Path(const std::string& name) const { return directory_ + "/" + name; }

  // The exit code of `body` in a child process.
  static int InChild(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(body());
    int state = 0;
    EXPECT_EQ(::waitpid(child, &state, 0), child);
    return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
  }

  Env* const env_ = Env::Posix();
  std::string directory_;
};

// Stand-ins for writev and pread that move at most three bytes, every other time none at all.
std::string* written = nullptr;
int calls = 0;

ssize_t StutteringWrite(int, const struct iovec* vector, int count) {
  if (++calls % 2 == 0) {
    errno = EINTR;
    return -1;
  }
  EXPECT_GT(count, 0);
  const size_t size = std::min<size_t>(3, vector[0].iov_len);
  written->append(static_cast<const char*>(vector[0].iov_base), size);
  return static_cast<ssize_t>(size);
}

ssize_t StutteringRead(int, void* destination, size_t size, off_t offset) {
  if (++calls % 2 == 0) {
    errno = EINTR;
    return -1;
  }
  const Slice source = "the whole length";
  const size_t at = std::min(static_cast<size_t>(offset), source.size());
  const Slice part = source.substr(at, std::min<size_t>(3, size));
  std::copy(part.begin(), part.end(), static_cast<char*>(destination));
  return static_cast<ssize_t>(part.size());
}

ssize_t WriteNothing(int, const struct iovec*, int) { return 0; }

ssize_t WriteSevenThenFillTheDisk(int, const struct iovec* vector, int count) {
  if (calls++ > 0) {
    errno = ENOSPC;
    return -1;
  }
  size_t left = 7;
  for (int i = 0; i < count && left > 0; ++i) {
    const size_t size = std::min(left, vector[i].iov_len);
    written->append(static_cast<const char*>(vector[i].iov_base), size);
    left -= size;
  }
  return static_cast<ssize_t>(7 - left);
}

TEST(PosixLoops, ShortAndInterruptedWritesAreCarriedOn) {
  std::string out;
  written = &out;
  calls = 0;
  const std::array<Slice, 5> pieces = {"", "abcdefgh", "", "i", "jklmnop"};
  EXPECT_EQ(posix::WriteFully(-1, pieces, StutteringWrite), 0);
  EXPECT_EQ(out, "abcdefghijklmnop");
  EXPECT_GT(calls, 6);
}

TEST(PosixLoops, AWriteThatFailsHalfWayReportsItsCause) {
  std::string out;
  written = &out;
  calls = 0;
  const std::array<Slice, 2> pieces = {"abcd", "efghij"};
  EXPECT_EQ(posix::WriteFully(-1, pieces, WriteSevenThenFillTheDisk), ENOSPC);
  EXPECT_EQ(out, "abcdefg");
  EXPECT_EQ(posix::WriteFully(-1, pieces, WriteNothing), EIO) << "no progress must not loop";
}

TEST(PosixLoops, ShortAndInterruptedReadsAreCarriedOn) {
  calls = 0;
  std::array<char, 64> scratch;
  size_t read = 0;
  EXPECT_EQ(posix::ReadFully(-1, 4, scratch.size(), scratch.data(), &read, StutteringRead), 0);
  EXPECT_EQ(Slice(scratch.data(), read), "whole length");
  EXPECT_EQ(posix::ReadFully(-1, 4, 5, scratch.data(), &read, StutteringRead), 0);
  EXPECT_EQ(Slice(scratch.data(), read), "whole");
}

TEST_F(PosixEnvTest, AWriteCutByTheKernelFailsWithItsCauseAndKeepsTheFirstBytes) {
  constexpr uint64_t kLimit = 10000;
  const int code = InChild([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {kLimit, kLimit};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 10;
    std::unique_ptr<WritableFile> file;
    if (!env_->NewWritableFile(Path("a"), WriteMode::kCreate, &file).ok()) return 11;
    const Status status = file->Append(std::string(kLimit + 5000, 'x'));
    if (!status.Is(StatusCode::kIoError) || status.error_number() != EFBIG) return 12;
    if (status.place().file != "a" || status.place().offset != 0) return 13;
    return file->Close().ok() ? 0 : 14;
  });
  EXPECT_EQ(code, 0);
  uint64_t size = 0;
  ASSERT_TRUE(env_->FileSize(Path("a"), &size).ok());
  EXPECT_EQ(size, kLimit);
}

TEST_F(PosixEnvTest, AFailedFileMustNotBeUsedAgain) {
  const std::string path = "/dev/full";
  std::unique_ptr<WritableFile> file;
  if (!env_->NewWritableFile(path, WriteMode::kAppend, &file).ok()) {
    GTEST_SKIP() << "no /dev/full here";
  }
  EXPECT_TRUE(file->Append("x").Is(StatusCode::kNoSpace));
  EXPECT_DEATH(static_cast<void>(file->Append("x")), "check failed.*!failed_");
  EXPECT_DEATH(static_cast<void>(file->Sync()), "check failed.*!failed_");
  EXPECT_TRUE(file->Close().ok());
}

TEST_F(PosixEnvTest, ZerosAheadAreWrittenNotAllocated) {
  std::unique_ptr<WritableFile> file;
  ASSERT_TRUE(env_->NewWritableFile(Path("a"), WriteMode::kCreate, &file).ok());
  ASSERT_TRUE(file->Append("x").ok());
  ASSERT_TRUE(file->Extend(1 << 20).ok());
  ASSERT_TRUE(file->Sync().ok());
  struct stat extended;
  ASSERT_EQ(::stat(Path("a").c_str(), &extended), 0);
  EXPECT_EQ(extended.st_size, 1 << 20);
  EXPECT_GE(extended.st_blocks, 2048);
  ASSERT_TRUE(file->Close().ok());
  struct stat closed;
  ASSERT_EQ(::stat(Path("a").c_str(), &closed), 0);
  EXPECT_EQ(closed.st_size, 1);
  EXPECT_LT(closed.st_blocks, 1024);
}

TEST_F(PosixEnvTest, AnotherProcessIsToldTheOwnersPid) {
  std::unique_ptr<DirectoryLock> lock;
  ASSERT_TRUE(env_->LockDirectory(directory_, "LOCK", &lock).ok());
  const std::string expected = "locked by process " + std::to_string(::getpid());
  const int code = InChild([&] {
    std::unique_ptr<DirectoryLock> second;
    const Status status = env_->LockDirectory(directory_, "LOCK", &second);
    if (!status.Is(StatusCode::kLocked)) return 1;
    return status.message().find(expected) == std::string::npos ? 2 : 0;
  });
  EXPECT_EQ(code, 0);
}

TEST_F(PosixEnvTest, AChildsExitDoesNotLetGoOfTheParentsLock) {
  auto lock = std::make_unique<std::unique_ptr<DirectoryLock>>();
  ASSERT_TRUE(env_->LockDirectory(directory_, "LOCK", lock.get()).ok());
  ASSERT_EQ(InChild([&] { return lock->reset(), 0; }), 0);
  EXPECT_EQ(InChild([&] {
              std::unique_ptr<DirectoryLock> second;
              return env_->LockDirectory(directory_, "LOCK", &second).Is(StatusCode::kLocked) ? 0
                                                                                              : 1;
            }),
            0);
}

TEST_F(PosixEnvTest, ALockTakenByAChildGoesWithTheChild) {
  std::array<int, 2> to_parent;
  std::array<int, 2> to_child;
  ASSERT_EQ(::pipe(to_parent.data()), 0);
  ASSERT_EQ(::pipe(to_child.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    std::unique_ptr<DirectoryLock> lock;
    const char answer = env_->LockDirectory(directory_, "LOCK", &lock).ok() ? 'y' : 'n';
    char wait = 0;
    const bool told = ::write(to_parent[1], &answer, 1) == 1 && ::read(to_child[0], &wait, 1) == 1;
    ::_exit(told ? 0 : 1);
  }
  char answer = 0;
  ASSERT_EQ(::read(to_parent[0], &answer, 1), 1);
  ASSERT_EQ(answer, 'y');
  std::unique_ptr<DirectoryLock> lock;
  const Status refused = env_->LockDirectory(directory_, "LOCK", &lock);
  EXPECT_TRUE(refused.Is(StatusCode::kLocked));
  EXPECT_NE(refused.message().find("locked by process " + std::to_string(child)), std::string::npos)
      << refused.ToString();
  ASSERT_TRUE(env_->TruncateFile(Path("LOCK"), 5).ok());
  const Status nameless = env_->LockDirectory(directory_, "LOCK", &lock);
  EXPECT_NE(nameless.message().find("locked by another process"), std::string::npos);
  ASSERT_EQ(::write(to_child[1], "g", 1), 1);
  int state = 0;
  ASSERT_EQ(::waitpid(child, &state, 0), child);
  EXPECT_EQ(WEXITSTATUS(state), 0);
  EXPECT_TRUE(env_->LockDirectory(directory_, "LOCK", &lock).ok());
  std::string text;
  ASSERT_TRUE(ReadFile(env_, Path("LOCK"), &text).ok());
  EXPECT_EQ(text, "pid " + std::to_string(::getpid()) + "\n");
  for (const int fd : {to_parent[0], to_parent[1], to_child[0], to_child[1]}) ::close(fd);
}

TEST_F(PosixEnvTest, AnAliasPathToALockedDirectoryIsRefused) {
  const std::string real = Path("real");
  const std::string alias = Path("alias");
  ASSERT_TRUE(env_->CreateDirectory(real).ok());
  std::filesystem::create_directory_symlink(real, alias);
  std::unique_ptr<DirectoryLock> first;
  std::unique_ptr<DirectoryLock> second;
  ASSERT_TRUE(env_->LockDirectory(real, "LOCK", &first).ok());
  const Status refused = env_->LockDirectory(alias, "LOCK", &second);
  EXPECT_TRUE(refused.Is(StatusCode::kLocked));
  EXPECT_NE(refused.message().find("already open in this process"), std::string::npos);
  first.reset();
  EXPECT_TRUE(env_->LockDirectory(alias, "LOCK", &second).ok());
  EXPECT_TRUE(std::filesystem::exists(real + "/LOCK"));
}

TEST_F(PosixEnvTest, DescriptorsDoNotReachOtherPrograms) {
  std::unique_ptr<WritableFile> file;
  std::unique_ptr<DirectoryLock> lock;
  ASSERT_TRUE(env_->NewWritableFile(Path("open.wal"), WriteMode::kCreate, &file).ok());
  ASSERT_TRUE(env_->LockDirectory(directory_, "LOCK", &lock).ok());
  const std::string look = "ls -l /proc/self/fd 2>/dev/null | grep -q '" + directory_ + "'";
  EXPECT_NE(::system(look.c_str()), 0);
  ASSERT_TRUE(file->Close().ok());
}

}  // namespace
}  // namespace ledgerstone
