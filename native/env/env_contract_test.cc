// What env.h promises, held against every implementation.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <filesystem>
#include <vector>

#include "env/simulated_env.h"
#include "env/tracing_env.h"
#include "ledgerstone/env.h"

namespace ledgerstone {
namespace {

// An environment and an empty directory in it.
class World {
 public:
  virtual ~World() = default;
  virtual Env* env() = 0;
  virtual std::string directory() const = 0;
};

class PosixWorld final : public World {
 public:
  PosixWorld() {
    std::string name = (std::filesystem::temp_directory_path() / "ledgerstone-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~PosixWorld() override { std::filesystem::remove_all(directory_); }
  Env* env() override { return Env::Posix(); }
  std::string directory() const override { return directory_; }

 private:
  std::string directory_;
};

class SimulatedWorld final : public World {
 public:
  SimulatedWorld() { EXPECT_TRUE(env_.CreateDirectory("/data").ok()); }
  Env* env() override { return &env_; }
  std::string directory() const override { return "/data"; }

 private:
  SimulatedEnv env_;
};

class TracingWorld final : public World {
 public:
  Env* env() override { return &env_; }
  std::string directory() const override { return base_.directory(); }

 private:
  SimulatedWorld base_;
  TracingEnv env_{base_.env(), {"/data", true}, [](const std::string&) {}};
};

template <typename W>
std::unique_ptr<World> Make() {
  return std::make_unique<W>();
}

struct Implementation {
  std::string name;
  std::unique_ptr<World> (*make)();
};

class EnvContract : public testing::TestWithParam<Implementation> {
 protected:
  Env* env() { return world_->env(); }
  std::string Path(const std::string& name) const { return world_->directory() + "/" + name; }

  std::unique_ptr<WritableFile> Open(const std::string& name, WriteMode mode) {
    std::unique_ptr<WritableFile> file;
    const Status status = env()->NewWritableFile(Path(name), mode, &file);
    EXPECT_TRUE(status.ok()) << status.ToString();
    return file;
  }
  void Write(const std::string& name, Slice contents) {
    const auto file = Open(name, WriteMode::kCreate);
    ASSERT_TRUE(file->Append(contents).ok());
    ASSERT_TRUE(file->Sync().ok());
    ASSERT_TRUE(file->Close().ok());
  }
  std::string Contents(const std::string& name) {
    std::string contents;
    const Status status = ReadFile(env(), Path(name), &contents);
    return status.ok() ? contents : status.ToString();
  }
  bool Exists(const std::string& name) {
    bool exists = false;
    EXPECT_TRUE(env()->FileExists(Path(name), &exists).ok());
    return exists;
  }

  std::unique_ptr<World> world_ = GetParam().make();
};

TEST_P(EnvContract, AppendsManyPiecesInOrder) {
  std::vector<std::string> texts;
  std::string whole;
  for (int i = 0; i < 3000; ++i) {
    texts.push_back(i % 7 == 0 ? std::string() : std::to_string(i) + ",");
    whole += texts.back();
  }
  const std::vector<Slice> pieces(texts.begin(), texts.end());
  const auto file = Open("000001.wal", WriteMode::kCreate);
  ASSERT_TRUE(file->Append(pieces).ok());
  ASSERT_TRUE(file->Append("end").ok());
  file->StartWriteback();
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(file->Size(), whole.size() + 3);
  ASSERT_TRUE(file->Close().ok());
  EXPECT_EQ(Contents("000001.wal"), whole + "end");
}

TEST_P(EnvContract, CreateRefusesAFileThatExists) {
  Write("a", "1");
  std::unique_ptr<WritableFile> file;
  const Status status = env()->NewWritableFile(Path("a"), WriteMode::kCreate, &file);
  EXPECT_EQ(status.code(), StatusCode::kIoError);
  EXPECT_EQ(status.error_number(), EEXIST);
  EXPECT_EQ(status.place().file, "a");
  EXPECT_EQ(Contents("a"), "1");
}

TEST_P(EnvContract, AppendModeGoesOnAtTheEndAndNeedsTheFile) {
  Write("a", "one");
  const auto file = Open("a", WriteMode::kAppend);
  EXPECT_EQ(file->Size(), 3u);
  ASSERT_TRUE(file->Append("two").ok());
  ASSERT_TRUE(file->Close().ok());
  EXPECT_EQ(Contents("a"), "onetwo");
  std::unique_ptr<WritableFile> missing;
  const Status status = env()->NewWritableFile(Path("b"), WriteMode::kAppend, &missing);
  EXPECT_TRUE(status.Is(StatusCode::kNotFound)) << status.ToString();
  EXPECT_FALSE(Exists("b"));
}

TEST_P(EnvContract, ExtendPutsZerosAheadThatAppendsFill) {
  const auto file = Open("a", WriteMode::kCreate);
  ASSERT_TRUE(file->Append("abc").ok());
  ASSERT_TRUE(file->Extend(10).ok());
  EXPECT_EQ(file->Size(), 3u);
  EXPECT_EQ(Contents("a"), "abc" + std::string(7, '\0'));
  ASSERT_TRUE(file->Append("def").ok());
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(file->Size(), 6u);
  EXPECT_EQ(Contents("a"), "abcdef" + std::string(4, '\0'));
  ASSERT_TRUE(file->Extend(8).ok());
  EXPECT_EQ(Contents("a").size(), 10u) << "never shorter";
  ASSERT_TRUE(file->Append("ghijklm").ok());
  EXPECT_EQ(Contents("a"), "abcdefghijklm");
  ASSERT_TRUE(file->Extend(200'000).ok());
  EXPECT_EQ(Contents("a"), "abcdefghijklm" + std::string(200'000 - 13, '\0'));
}

TEST_P(EnvContract, TrimAndCloseTakeAwayTheZerosThatWereNotFilled) {
  for (const bool close : {false, true}) {
    const std::string name = close ? "a" : "b";
    const auto file = Open(name, WriteMode::kCreate);
    ASSERT_TRUE(file->Append("abc").ok());
    ASSERT_TRUE(file->Extend(4096).ok());
    ASSERT_TRUE(file->Append("def").ok());
    ASSERT_TRUE((close ? file->Close() : file->Trim()).ok());
    EXPECT_EQ(Contents(name), "abcdef");
    if (close) continue;
    ASSERT_TRUE(file->Append("ghi").ok());
    ASSERT_TRUE(file->Trim().ok());
    ASSERT_TRUE(file->Sync().ok());
    EXPECT_EQ(Contents(name), "abcdefghi");
  }
}

TEST_P(EnvContract, ZerosStayWhenAFileIsLetGoOfWithoutAClose) {
  {
    const auto file = Open("a", WriteMode::kCreate);
    ASSERT_TRUE(file->Append("abc").ok());
    ASSERT_TRUE(file->Extend(8).ok());
  }
  EXPECT_EQ(Contents("a"), "abc" + std::string(5, '\0'));
  const auto file = Open("a", WriteMode::kAppend);
  EXPECT_EQ(file->Size(), 8u);
  ASSERT_TRUE(file->Append("x").ok());
  EXPECT_EQ(Contents("a"), "abc" + std::string(5, '\0') + "x");
}

TEST_P(EnvContract, ASecondCloseIsRefused) {
  const auto file = Open("a", WriteMode::kCreate);
  ASSERT_TRUE(file->Close().ok());
  EXPECT_TRUE(file->Close().Is(StatusCode::kClosed));
}

TEST_P(EnvContract, ReadsShortOnlyAtTheEnd) {
  Write("a", "0123456789");
  std::unique_ptr<RandomAccessFile> file;
  ASSERT_TRUE(env()->NewRandomAccessFile(Path("a"), &file).ok());
  EXPECT_EQ(file->Size(), 10u);
  std::array<char, 16> scratch;
  size_t read = 99;
  ASSERT_TRUE(file->Read(3, 4, scratch.data(), &read).ok());
  EXPECT_EQ(Slice(scratch.data(), read), "3456");
  ASSERT_TRUE(file->Read(8, 4, scratch.data(), &read).ok());
  EXPECT_EQ(Slice(scratch.data(), read), "89");
  ASSERT_TRUE(file->Read(10, 4, scratch.data(), &read).ok());
  EXPECT_EQ(read, 0u);
  ASSERT_TRUE(file->Read(1000, 4, scratch.data(), &read).ok());
  EXPECT_EQ(read, 0u);
}

TEST_P(EnvContract, AFileStaysReadableAfterItsNameIsGone) {
  Write("a", "still here");
  std::unique_ptr<RandomAccessFile> file;
  ASSERT_TRUE(env()->NewRandomAccessFile(Path("a"), &file).ok());
  ASSERT_TRUE(env()->RemoveFile(Path("a")).ok());
  ASSERT_TRUE(env()->SyncDirectory(Path("")).ok());
  EXPECT_FALSE(Exists("a"));
  std::array<char, 16> scratch;
  size_t read = 0;
  ASSERT_TRUE(file->Read(0, scratch.size(), scratch.data(), &read).ok());
  EXPECT_EQ(Slice(scratch.data(), read), "still here");
}

TEST_P(EnvContract, MissingFilesAreNotFoundByEveryCall) {
  std::unique_ptr<RandomAccessFile> file;
  std::unique_ptr<DirectoryLock> lock;
  std::vector<std::string> names;
  uint64_t size = 0;
  EXPECT_TRUE(env()->NewRandomAccessFile(Path("x"), &file).Is(StatusCode::kNotFound));
  EXPECT_TRUE(env()->FileSize(Path("x"), &size).Is(StatusCode::kNotFound));
  EXPECT_TRUE(env()->TruncateFile(Path("x"), 0).Is(StatusCode::kNotFound));
  EXPECT_TRUE(env()->RenameFile(Path("x"), Path("y")).Is(StatusCode::kNotFound));
  EXPECT_TRUE(env()->LinkFile(Path("x"), Path("y")).Is(StatusCode::kNotFound));
  EXPECT_TRUE(env()->RemoveFile(Path("x")).Is(StatusCode::kNotFound));
  EXPECT_TRUE(env()->ListDirectory(Path("x"), &names).Is(StatusCode::kNotFound));
  EXPECT_TRUE(env()->SyncDirectory(Path("x")).Is(StatusCode::kNotFound));
  EXPECT_TRUE(env()->LockDirectory(Path("x"), "LOCK", &lock).Is(StatusCode::kNotFound));
  EXPECT_FALSE(Exists("x"));
  EXPECT_FALSE(Exists("x/y"));
}

TEST_P(EnvContract, ADirectoryIsNotAFile) {
  ASSERT_TRUE(env()->CreateDirectory(Path("sub")).ok());
  std::unique_ptr<RandomAccessFile> reader;
  std::unique_ptr<WritableFile> writer;
  EXPECT_EQ(env()->NewRandomAccessFile(Path("sub"), &reader).error_number(), EISDIR);
  EXPECT_EQ(env()->NewWritableFile(Path("sub"), WriteMode::kAppend, &writer).error_number(),
            EISDIR);
  EXPECT_FALSE(env()->RemoveFile(Path("sub")).ok());
  Write("file", "");
  EXPECT_EQ(env()->CreateDirectory(Path("file")).error_number(), ENOTDIR);
  EXPECT_EQ(env()->CreateDirectory(Path("file/below")).error_number(), ENOTDIR);
  EXPECT_FALSE(Exists("file/below"));
}

TEST_P(EnvContract, TruncateCutsAndNeverGrows) {
  Write("a", "0123456789");
  ASSERT_TRUE(env()->TruncateFile(Path("a"), 4).ok());
  EXPECT_EQ(Contents("a"), "0123");
  EXPECT_TRUE(env()->TruncateFile(Path("a"), 5).Is(StatusCode::kInvalidArgument));
  EXPECT_EQ(Contents("a"), "0123");
}

TEST_P(EnvContract, RenameReplacesAndLinkRefusesWhatExists) {
  Write("a", "A");
  Write("b", "B");
  EXPECT_EQ(env()->LinkFile(Path("a"), Path("b")).error_number(), EEXIST);
  ASSERT_TRUE(env()->RenameFile(Path("a"), Path("b")).ok());
  EXPECT_EQ(Contents("b"), "A");
  EXPECT_FALSE(Exists("a"));
  ASSERT_TRUE(env()->LinkFile(Path("b"), Path("c")).ok());
  ASSERT_TRUE(env()->RenameFile(Path("b"), Path("c")).ok());
  EXPECT_TRUE(Exists("b")) << "renaming onto another link of the same file changes nothing";
  ASSERT_TRUE(env()->RemoveFile(Path("b")).ok());
  EXPECT_EQ(Contents("c"), "A");
}

TEST_P(EnvContract, MovesADirectoryWithItsFiles) {
  ASSERT_TRUE(env()->CreateDirectory(Path("stage")).ok());
  Write("stage/a", "A");
  EXPECT_EQ(env()->RenameFile(Path("stage"), Path("stage/inner")).error_number(), EINVAL);
  ASSERT_TRUE(env()->RenameFile(Path("stage"), Path("final")).ok());
  EXPECT_EQ(Contents("final/a"), "A");
  EXPECT_FALSE(Exists("stage"));
}

TEST_P(EnvContract, CreatesMissingParentsAndListsSorted) {
  ASSERT_TRUE(env()->CreateDirectory(Path("x//y/z/")).ok());
  ASSERT_TRUE(env()->CreateDirectory(Path("x/y/z")).ok());
  Write("x/y/b", "");
  Write("x/y/a", "");
  std::vector<std::string> names = {"old"};
  ASSERT_TRUE(env()->ListDirectory(Path("x/y"), &names).ok());
  EXPECT_EQ(names, (std::vector<std::string>{"a", "b", "z"}));
  EXPECT_TRUE(env()->CreateDirectory("").Is(StatusCode::kInvalidArgument));
}

TEST_P(EnvContract, ALinkIsAnotherNameOfTheSameBytes) {
  ASSERT_TRUE(env()->CreateDirectory(Path("copy")).ok());
  Write("a", "kept");
  ASSERT_TRUE(env()->LinkFile(Path("a"), Path("copy/b")).ok());
  ASSERT_TRUE(env()->SyncDirectory(Path("copy")).ok());
  ASSERT_TRUE(env()->RemoveFile(Path("a")).ok());
  EXPECT_FALSE(Exists("a"));
  EXPECT_EQ(Contents("copy/b"), "kept");
}

TEST_P(EnvContract, RemovesOnlyEmptyDirectories) {
  ASSERT_TRUE(env()->CreateDirectory(Path("sub")).ok());
  Write("sub/a", "");
  EXPECT_EQ(env()->RemoveDirectory(Path("sub")).error_number(), ENOTEMPTY);
  EXPECT_EQ(env()->RemoveDirectory(Path("sub/a")).error_number(), ENOTDIR);
  EXPECT_TRUE(env()->RemoveDirectory(Path("none")).Is(StatusCode::kNotFound));
  ASSERT_TRUE(env()->RemoveFile(Path("sub/a")).ok());
  ASSERT_TRUE(env()->RemoveDirectory(Path("sub")).ok());
  EXPECT_FALSE(Exists("sub"));
}

TEST_P(EnvContract, ReplaceFileLeavesOnlyTheNewContents) {
  const std::string directory = world_->directory();
  Write("CURRENT.tmp", "left behind by a crash");
  ASSERT_TRUE(ReplaceFile(env(), directory, "CURRENT", "one").ok());
  EXPECT_EQ(Contents("CURRENT"), "one");
  ASSERT_TRUE(ReplaceFile(env(), directory, "CURRENT", "").ok());
  EXPECT_EQ(Contents("CURRENT"), "");
  EXPECT_FALSE(Exists("CURRENT.tmp"));
}

TEST_P(EnvContract, ADirectoryHasOneOwnerUntilTheLockGoes) {
  std::unique_ptr<DirectoryLock> first;
  std::unique_ptr<DirectoryLock> second;
  ASSERT_TRUE(env()->LockDirectory(world_->directory(), "LOCK", &first).ok());
  const Status again = env()->LockDirectory(Path("."), "LOCK", &second);
  EXPECT_TRUE(again.Is(StatusCode::kLocked));
  EXPECT_NE(again.message().find("already open in this process"), std::string::npos);
  EXPECT_EQ(second, nullptr);
  first.reset();
  EXPECT_TRUE(env()->LockDirectory(Path("."), "LOCK", &second).ok());
  EXPECT_EQ(Contents("LOCK").substr(0, 4), "pid ");
}

TEST_P(EnvContract, TimeRunsForwardAndChanceVaries) {
  const uint64_t before = env()->NowMicros();
  EXPECT_GE(env()->NowMicros(), before);
  std::string a(1000, '\0');
  std::string b(1000, '\0');
  env()->RandomBytes(a.data(), a.size());
  env()->RandomBytes(b.data(), b.size());
  EXPECT_NE(a, b);
  EXPECT_NE(a.substr(900), std::string(100, '\0'));
}

TEST_P(EnvContract, PagesAreZeroedAndWritable) {
  constexpr size_t kSize = 1 << 20;
  char* pages = env()->AllocatePages(kSize);
  ASSERT_NE(pages, nullptr);
  EXPECT_EQ(Slice(pages, 4096), std::string(4096, '\0'));
  pages[kSize - 1] = 'x';
  EXPECT_EQ(pages[kSize - 1], 'x');
  env()->ReleasePages(pages, kSize);
}

INSTANTIATE_TEST_SUITE_P(Every, EnvContract,
                         testing::Values(Implementation{"Posix", Make<PosixWorld>},
                                         Implementation{"Simulated", Make<SimulatedWorld>},
                                         Implementation{"Tracing", Make<TracingWorld>}),
                         [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace ledgerstone
