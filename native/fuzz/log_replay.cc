// Fuzz target: a store whose log holds records that nobody wrote, behind checksums that hold. It
// opens and answers, twice the same, or says what is wrong; and what it took it can flush, compact
// and verify.
//
//   input  := record*
//   record := choices: u8, count: u8 (when choices & 1; else as many as the payload has entries),
//             size: u8, payload
#include "base/checks.h"
#include "fuzz/input.h"
#include "fuzz/segment_maker.h"
#include "fuzz/target.h"
#include "log/scan.h"
#include "store/batch_format.h"
#include "testing/store_world.h"
#include "version/file_names.h"

namespace ledgerstone {
namespace {

// A store that died with namespaces 1 to 3 and an entry in its log.
struct DeadStore {
  DeadStore() {
    SimulatedEnv env(1);
    StoreWorld world(&env);
    LS_CHECK(world.Open().ok());
    NamespaceOptions counters;
    counters.merge = MergeOperator::kAddI64;
    NamespaceOptions derived;
    derived.derived = true;
    const NamespaceId plain = world.Open("plain");
    LS_CHECK(plain == 1 && world.Open("counters", counters) == 2);
    LS_CHECK(world.Open("derived", derived) == 3);
    LS_CHECK(world.Put(plain, "key", "value").ok());
    world.Kill();
    env.Crash({.mode = CrashMode::kKeepAll});
    image = env.Snapshot();
    for (const std::string& path : env.ListImages()) {
      if (path.ends_with(".wal")) log_path = path;
    }
    const std::string name = log_path.substr(log_path.rfind('/') + 1);
    LS_CHECK(ParseFileName(name, &segment) == StoreFile::kLog);
    FileHeader header;
    log_bytes = *env.ReadImage(log_path);
    LS_CHECK(DecodeFileHeader(log_bytes, name, &header).ok());
    store_id = header.store_id;
    const auto ignore = [](const log::RecordHeader&, uint64_t, Slice) { return Status::Ok(); };
    LS_CHECK(log::ScanSegment(&env, log_path, name, FileKind::kLog, store_id, segment, ignore, &end)
                 .ok());
    log_bytes.resize(end.good_size);
  }

  SimulatedEnv::Image image = SimulatedEnv(1).Snapshot();
  std::string log_path;
  std::string log_bytes;
  uint64_t segment = 0;
  StoreId store_id{};
  log::ScanResult end;
};

uint32_t EntriesIn(Slice payload) {
  BatchReader reader(payload);
  BatchEntry entry;
  uint32_t count = 0;
  while (reader.Next(&entry)) ++count;
  return count;
}

std::string LogOf(const DeadStore& store, FuzzInput* input) {
  log::SegmentMaker maker(store.log_bytes, store.store_id, store.segment, store.end.chain,
                          store.end.last_sequence);
  while (!input->empty()) {
    const uint8_t choices = input->Byte();
    const uint32_t given = (choices & 1) != 0 ? input->Byte() : 0;
    const Slice payload = input->Bytes(input->Byte());
    const uint32_t count = (choices & 1) != 0 ? given : EntriesIn(payload);
    maker.AddRecord(log::RecordType::kBatch, count, payload, choices >> 4);
  }
  return maker.contents();
}

void ExpectUsable(StoreWorld* world) {
  StoreState state;
  const bool read = world->ReadAll(&state).ok();
  (void)world->Flush();
  (void)world->Compact();
  StoreState later;
  LS_CHECK(!read || (world->ReadAll(&later).ok() && later == state));
  LS_CHECK(world->VerifyClean().ok());
  LS_CHECK(world->Close().ok());
  LS_CHECK(world->Open().ok());
  StoreState again;
  LS_CHECK(world->ReadAll(&again).ok() == read && (!read || again == state));
}

}  // namespace
}  // namespace ledgerstone

FUZZ_TARGET(log_replay) {
  using namespace ledgerstone;
  static const DeadStore dead;
  static SimulatedEnv env(1);
  FuzzInput input(data, size);
  env.Restore(dead.image);
  env.WriteImage(dead.log_path, LogOf(dead, &input));
  StoreWorld world(&env);
  const Status opened = world.Open();
  if (opened.ok()) {
    ExpectUsable(&world);
  } else {
    LS_CHECK(opened.Is(StatusCode::kCorruption) || opened.Is(StatusCode::kNotSupported));
  }
  return 0;
}
