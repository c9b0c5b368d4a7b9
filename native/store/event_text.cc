#include "ledgerstone/event_listener.h"

namespace ledgerstone {

std::string_view EventKindName(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::kOpened:
      return "opened";
    case Event::Kind::kTailCut:
      return "tail cut";
    case Event::Kind::kGenerationFull:
      return "generation full";
    case Event::Kind::kFlushed:
      return "flushed";
    case Event::Kind::kCompacted:
      return "compacted";
    case Event::Kind::kMoved:
      return "moved";
    case Event::Kind::kStallBegan:
      return "stall began";
    case Event::Kind::kStallEnded:
      return "stall ended";
    case Event::Kind::kTableDeleted:
      return "table deleted";
    case Event::Kind::kBackgroundError:
      return "background error";
    case Event::Kind::kFailStop:
      return "fail-stop";
    case Event::Kind::kClosed:
      return "closed";
  }
  return "unknown";
}

std::string_view StallCauseName(StallCause cause) {
  switch (cause) {
    case StallCause::kFlush:
      return "flush";
    case StallCause::kCompaction:
      return "compaction";
    case StallCause::kSlowdown:
      return "slowdown";
  }
  return "unknown";
}

std::string EventText(const Event& event) {
  std::string text(EventKindName(event.kind));
  if (!event.detail.empty()) text += " " + event.detail;
  if (!event.status.ok()) text += ": " + event.status.ToString();
  return text;
}

}  // namespace ledgerstone
