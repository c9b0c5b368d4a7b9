// Told what the engine does in the background. Each event has one text form, which the goldens and
// the debugging pages use.
//
// 1. Called from the engine's lanes without any lock held; must return quickly and not call the
//    store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledgerstone/statistics.h"
#include "ledgerstone/status.h"

namespace ledgerstone {

struct Event {
  // With each kind, the fields it fills besides `detail`.
  enum class Kind : uint8_t {
    kOpened,           // bytes replayed, micros; detail: what recovery did
    kTailCut,          // bytes, file: cut from the log or the manifest at open
    kGenerationFull,   // bytes of memtables that switched, file: their log segment
    kFlushed,          // bytes, micros, namespace, file: a table of level 0 is there
    kCompacted,        // bytes written, micros, namespace, levels and tables
    kMoved,            // micros, namespace, levels and tables: nothing was rewritten
    kStallBegan,       // stall: writers wait
    kStallEnded,       // stall, micros
    kTableDeleted,     // file
    kBackgroundError,  // status: a job failed, and is tried again
    kFailStop,         // status: the store is read-only from now on
    kClosed,           // status
  };
  Kind kind = Kind::kOpened;
  uint64_t bytes = 0;
  uint64_t micros = 0;
  std::string detail = {};
  Status status = {};
  std::string file = {};  // its name in the store's folder
  std::string namespace_name = {};
  int input_level = 0;
  int output_level = 0;
  uint64_t input_tables = 0;   // of the input level
  uint64_t met_tables = 0;     // of the output level, merged with them
  uint64_t output_tables = 0;  // what they became
  StallCause stall = StallCause::kFlush;
};

class EventListener {
 public:
  virtual ~EventListener() = default;
  virtual void OnEvent(const Event& event) = 0;
};

std::string_view EventKindName(Event::Kind kind);
// "flushed default: L0 000007.sst 12 KiB"; no times, so that goldens hold.
std::string EventText(const Event& event);

}  // namespace ledgerstone
