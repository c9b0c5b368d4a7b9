// Fuzz target: an event log with bytes of its segments, indexes or catalog changed. What it reads
// is right, or it says what is wrong. A changed file may be given checksums that hold again: then
// it may read something else, but every call still ends with an answer or an error.
//
//   input  := changed*
//   changed := file: u8, action: u8, place: u16, mask: u8
//   action 0: the file ends there; 1: it is gone; 2: its checksums are made right; else one byte
#include "base/checks.h"
#include "base/coding.h"
#include "base/crc32c.h"
#include "fuzz/input.h"
#include "fuzz/target.h"
#include "log/event_format.h"
#include "testing/event_world.h"

namespace ledgerstone {
namespace {

// Closed, with finished segments and one under way.
struct SoundLog {
  SoundLog() {
    SimulatedEnv env(1);
    EventWorld world(&env);
    LS_CHECK(world.Open().ok());
    for (uint64_t i = 0; i < 24; ++i) {
      env.SetWallMillis(1'000 + 3 * i);
      const std::string event = "event " + std::to_string(i) + std::string(i % 7 * 9, '.');
      LS_CHECK(world.Append({event, "second"}).status.ok());
    }
    world.RunBackground();
    LS_CHECK(world.ReadAll(&events).ok());
    LS_CHECK(world.Close().ok());
    image = env.Snapshot();
    files = env.ListImages();
  }

  SimulatedEnv::Image image = SimulatedEnv(1).Snapshot();
  std::vector<std::string> files;
  std::vector<EventWorld::Event> events;
};

void SealRecords(uint64_t seed, std::string* bytes) {
  uint32_t chain = 0;
  for (size_t at = kFileHeaderSize; at + log::kRecordHeaderSize <= bytes->size();) {
    char* const header = bytes->data() + at;
    const uint32_t size = DecodeFixed32(header + 12);
    if (log::RecordSize(size) > bytes->size() - at) return;
    const uint32_t record_seed = Crc32cSeed(seed, at);
    const Slice payload(header + log::kRecordHeaderSize, size);
    EncodeFixed(header + 4, Crc32cExtend(record_seed, payload));
    if (at > kFileHeaderSize) EncodeFixed(header + 8, chain);
    chain = Crc32cExtend(record_seed, Slice(header + 4, log::kRecordHeaderSize - 4));
    EncodeFixed(header, chain);
    at += log::RecordSize(size);
  }
}

void SealIndex(uint64_t seed, std::string* bytes) {
  for (uint64_t i = 0; log::IndexEntryOffset(i + 1) <= bytes->size(); ++i) {
    const uint64_t at = log::IndexEntryOffset(i);
    const Slice covered = Slice(*bytes).substr(at, log::kIndexEntrySize - 4);
    EncodeFixed(bytes->data() + at + covered.size(), Crc32cExtend(Crc32cSeed(seed, at), covered));
  }
}

void SealCatalog(uint64_t seed, std::string* bytes) {
  if (bytes->size() < kFileHeaderSize + 4) return;
  const Slice body = Slice(*bytes).substr(kFileHeaderSize, bytes->size() - kFileHeaderSize - 4);
  const uint32_t checksum = Crc32cExtend(Crc32cSeed(seed, kFileHeaderSize), body);
  EncodeFixed(bytes->data() + bytes->size() - 4, checksum);
}

// False when the file's header is not whole.
bool Seal(std::string* bytes) {
  FileHeader header;
  if (!DecodeFileHeader(*bytes, "fuzz", &header).ok()) return false;
  const uint64_t seed = FileSeed(header.store_id, header.file_number);
  if (header.kind == FileKind::kEventLog) SealRecords(seed, bytes);
  if (header.kind == FileKind::kEventIndex) SealIndex(seed, bytes);
  if (header.kind == FileKind::kEventCatalog) SealCatalog(seed, bytes);
  return true;
}

// Whether checksums were made right.
bool Change(FuzzInput* input, const std::string& path, SimulatedEnv* env) {
  const uint8_t action = input->Byte();
  const size_t place = input->Number16();
  const uint8_t mask = input->Byte();
  std::optional<std::string> bytes = env->ReadImage(path);
  if (!bytes.has_value() || bytes->empty()) return false;
  if (action == 1) {
    env->RemoveImage(path);
    return false;
  }
  bool sealed = false;
  if (action == 0) {
    bytes->resize(place % bytes->size());
  } else if (action == 2) {
    sealed = Seal(&*bytes);
  } else {
    char& byte = (*bytes)[place % bytes->size()];
    byte = static_cast<char>(byte ^ mask);
  }
  env->WriteImage(path, *bytes);
  return sealed;
}

// `right`: what is read must be a prefix of what was written.
void ReadEverything(EventWorld* world, const SoundLog& sound, bool right) {
  std::vector<EventWorld::Event> events;
  const Status read = world->ReadAll(&events);
  if (right) {
    LS_CHECK(events.size() <= sound.events.size());
    LS_CHECK(std::equal(events.begin(), events.end(), sound.events.begin()));
    LS_CHECK(!read.ok() || events.size() == world->log().DurablePosition());
  }
  for (const uint64_t time : {uint64_t{0}, uint64_t{1'030'000}, ~uint64_t{0}}) {
    uint64_t position = 0;
    (void)world->log().SeekTime(time, &position);
    uint32_t chain = 0;
    uint64_t last = 0;
    if (position > 0) (void)world->log().Chain(position, &chain, &last);
  }
  std::vector<Status> findings;
  (void)world->log().Verify(&findings);
  (void)world->Append({"one more"});
}

}  // namespace
}  // namespace ledgerstone

FUZZ_TARGET(event_log) {
  using namespace ledgerstone;
  static const SoundLog sound;
  static SimulatedEnv env(1);
  FuzzInput input(data, size);
  env.Restore(sound.image);
  bool right = true;
  while (!input.empty()) {
    const std::string& path = sound.files[input.Byte() % sound.files.size()];
    if (Change(&input, path, &env)) right = false;
  }
  EventWorld world(&env);
  const Status opened = world.Open();
  if (opened.ok()) ReadEverything(&world, sound, right);
  (void)world.Close();
  return 0;
}
