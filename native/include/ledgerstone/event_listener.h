// Told what the engine does in the background. Each event has one text form, which the goldens and
// the debugging pages use.
//
// 1. Called from the engine's lanes without any lock held; must return quickly and not call the
//    store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledgerstone/status.h"

namespace ledgerstone {

struct Event {
  enum class Kind : uint8_t {
    kOpened,          // detail: what recovery did
    kTailCut,         // bytes cut from the log at open
    kGenerationFull,  // memtables switched
    kFlushed,
    kCompacted,
    kMoved,  // trivial move
    kStallBegan,
    kStallEnded,
    kTableDeleted,
    kBackgroundError,  // a job failed; status
    kFailStop,         // the store is read-only from now on; status
    kClosed,
  };
  Kind kind;
  uint64_t bytes = 0;
  uint64_t micros = 0;
  std::string detail;
  Status status;
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
