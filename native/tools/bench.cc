// ledgerstone_bench: the workloads of RocksDB's db_bench on this engine, from C++, with db_bench's
// names, flags, keys and lines of output, so that the two can stand beside each other. The bench
// script runs them in turn (npm run bench:rocksdb).
//
//   ledgerstone_bench --db=DIR [--benchmarks=fillrandom,readrandom,readmissing,seekrandom]
//     [--num=1000000] [--reads=NUM] [--key_size=16] [--value_size=100] [--batch_size=1]
//     [--sync=0] [--in_flight=256] [--seek_nexts=0] [--cache_size=BYTES]
//     [--write_buffer_size=BYTES] [--compression_type=lz4|none] [--seed=1]
//
// 1. Keys are a number as 8 bytes, most significant first, and '0's; values repeat their first
//    half, so that they compress to about half.
// 2. Writes are asynchronous, `in_flight` at a time (db_bench's wait one by one); readers wait.
// 3. A fill makes a new store. What follows finds it as the fill left it, or as `compact` did; what
//    comes before any fill finds the store that is there.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <semaphore>
#include <string>

#include "base/checks.h"
#include "base/random.h"
#include "ledgerstone/env.h"
#include "ledgerstone/store.h"

namespace ledgerstone {
namespace {

using Flags = std::map<std::string, std::string>;

constexpr size_t kValuePool = 1 << 20;

class Bench {
 public:
  explicit Bench(const Flags& flags) : flags_(flags), random_(Number("seed", 1)) {
    while (values_.size() < kValuePool) {
      const size_t half = ValueSize() / 2;
      for (size_t i = 0; i < half; ++i) values_ += static_cast<char>(' ' + random_.Below(95));
      values_ += values_.substr(values_.size() - half);
    }
  }

  bool Run(const std::string& name) {
    if (store_ == nullptr && !name.starts_with("fill")) Open();
    const uint64_t num = Number("num", 1'000'000);
    const uint64_t reads = Number("reads", num);
    if (name == "fillseq") return Fill(name, num, [](uint64_t i) { return i; });
    if (name == "fillrandom") return Fill(name, num, [&](uint64_t) { return random_.Below(num); });
    if (name == "overwrite") return Write(name, num, [&](uint64_t) { return random_.Below(num); });
    if (name == "readrandom") return Read(name, reads, "");
    if (name == "readmissing") return Read(name, reads, ".");
    if (name == "seekrandom") return Seek(name, reads);
    if (name == "readseq") return ReadAll(name);
    if (name == "compact") return Compact(name);
    std::fprintf(stderr, "unknown benchmark '%s'\n", name.c_str());
    return false;
  }

 private:
  static uint64_t Now() { return Env::Posix()->NowMicros(); }

  uint64_t Number(const std::string& name, uint64_t usual) const {
    const auto at = flags_.find(name);
    return at == flags_.end() ? usual : std::stoull(at->second);
  }
  size_t ValueSize() const { return static_cast<size_t>(Number("value_size", 100)); }

  std::string Key(uint64_t number) const {
    std::string key(static_cast<size_t>(Number("key_size", 16)), '0');
    for (size_t i = 0; i < std::min<size_t>(8, key.size()); ++i) {
      key[i] = static_cast<char>(number >> (8 * (7 - i)));
    }
    return key;
  }

  Slice Value() {
    const size_t size = ValueSize();
    return Slice(values_).substr(random_.Below(values_.size() - size), size);
  }

  void Open() {
    StoreOptions options;
    options.memory_budget = Number("cache_size", options.memory_budget);
    options.generation_bytes = Number("write_buffer_size", options.generation_bytes);
    Check(Store::Open(options, flags_.at("db"), &store_));
    NamespaceOptions space;
    const auto compression = flags_.find("compression_type");
    if (compression != flags_.end() && compression->second == "none")
      space.compression = space.bottom_compression = Compression::kNone;
    Check(store_->OpenNamespace("bench", space, &id_));
  }

  static void Check(const Status& status) {
    if (status.ok()) return;
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    std::exit(1);
  }

  template <typename NextKey>
  bool Fill(const std::string& name, uint64_t count, NextKey next) {
    store_.reset();
    std::filesystem::remove_all(flags_.at("db"));
    Open();
    return Write(name, count, next);
  }

  template <typename NextKey>
  bool Write(const std::string& name, uint64_t count, NextKey next) {
    const auto in_flight = static_cast<std::ptrdiff_t>(Number("in_flight", 256));
    const uint64_t batch_size = Number("batch_size", 1);
    const WriteOptions options{Number("sync", 0) != 0 ? Durability::kDisk : Durability::kOs, {}};
    std::counting_semaphore<> free(in_flight);
    const Store::Done done = [&](const Status& status) {
      Check(status);
      free.release();
    };
    const uint64_t began = Now();
    WriteBatch batch;
    for (uint64_t i = 0; i < count; i += batch_size) {
      batch.Clear();
      for (uint64_t entry = i; entry < std::min(count, i + batch_size); ++entry)
        batch.Put(id_, Key(next(entry)), Value());
      free.acquire();
      store_->Write(batch.bytes(), batch.count(), options, done);
    }
    for (std::ptrdiff_t i = 0; i < in_flight; ++i) free.acquire();
    Report(name, count, began);
    return true;
  }

  bool Read(const std::string& name, uint64_t count, const std::string& suffix) {
    const uint64_t num = Number("num", 1'000'000);
    uint64_t found = 0;
    PinnedValue value;
    const uint64_t began = Now();
    for (uint64_t i = 0; i < count; ++i) {
      Presence presence = Presence::kAbsent;
      Check(store_->Get(id_, Key(random_.Below(num)) + suffix, {}, &presence, &value));
      if (presence == Presence::kFound && value.value().size() == ValueSize()) ++found;
    }
    Report(name, count, began,
           "(" + std::to_string(found) + " of " + std::to_string(count) + " found)");
    return suffix.empty() || found == 0;
  }

  bool Seek(const std::string& name, uint64_t count) {
    const uint64_t num = Number("num", 1'000'000);
    const uint64_t nexts = Number("seek_nexts", 0);
    uint64_t found = 0;
    const uint64_t began = Now();
    for (uint64_t i = 0; i < count; ++i) {
      IterateOptions options;
      options.lower = {Key(random_.Below(num)), true, true};
      std::unique_ptr<Iterator> iterator;
      Check(store_->NewIterator(id_, options, Tier::kDisk, &iterator));
      iterator->Start();
      if (iterator->Valid() && iterator->key() == Slice(options.lower.key)) ++found;
      for (uint64_t next = 0; next < nexts && iterator->Valid(); ++next) {
        seen_ += iterator->value().size();
        iterator->Next();
      }
      Check(iterator->status());
    }
    Report(name, count, began,
           "(" + std::to_string(found) + " of " + std::to_string(count) + " found)");
    return true;
  }

  bool ReadAll(const std::string& name) {
    uint64_t count = 0;
    const uint64_t began = Now();
    std::unique_ptr<Iterator> iterator;
    Check(store_->NewIterator(id_, {}, Tier::kDisk, &iterator));
    for (iterator->Start(); iterator->Valid(); iterator->Next(), ++count)
      seen_ += iterator->value().size();
    Check(iterator->status());
    Report(name, count, began);
    return true;
  }

  bool Compact(const std::string& name) {
    const uint64_t began = Now();
    std::binary_semaphore done(0);
    store_->Compact(id_, {}, {}, [&](const Status& status) {
      Check(status);
      done.release();
    });
    done.acquire();
    Report(name, 1, began);
    return true;
  }

  static void Report(const std::string& name, uint64_t count, uint64_t began,
                     const std::string& more = "") {
    const double seconds = static_cast<double>(std::max<uint64_t>(1, Now() - began)) / 1e6;
    std::printf("%-12s : %11.3f micros/op %.0f ops/sec %.3f seconds %llu operations; %s\n",
                name.c_str(), 1e6 * seconds / static_cast<double>(count),
                static_cast<double>(count) / seconds, seconds,
                static_cast<unsigned long long>(count), more.c_str());
    std::fflush(stdout);
  }

  const Flags flags_;
  Random random_;
  std::string values_;
  std::unique_ptr<Store> store_;
  NamespaceId id_ = 0;
  uint64_t seen_ = 0;  // so that values are looked at
};

bool ParseFlags(int argc, char** argv, Flags* flags) {
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    const size_t equals = arg.find('=');
    if (!arg.starts_with("--") || equals == std::string::npos) return false;
    (*flags)[arg.substr(2, equals - 2)] = arg.substr(equals + 1);
  }
  return flags->contains("db");
}

int Main(int argc, char** argv) {
  Flags flags = {{"benchmarks", "fillrandom,readrandom,readmissing,seekrandom"}};
  if (!ParseFlags(argc, argv, &flags)) {
    std::fprintf(stderr, "usage: ledgerstone_bench --db=DIR [--FLAG=VALUE …], see its source\n");
    return 2;
  }
  Bench bench(flags);
  std::string names = flags["benchmarks"] + ",";
  for (size_t comma = names.find(','); comma != std::string::npos; comma = names.find(',')) {
    if (!bench.Run(names.substr(0, comma))) return 1;
    names.erase(0, comma + 1);
  }
  return 0;
}

}  // namespace
}  // namespace ledgerstone

int main(int argc, char** argv) { return ledgerstone::Main(argc, argv); }
