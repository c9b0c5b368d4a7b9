// An event log's index and catalog as text, and the payload of an events record, for the inspector.
#pragma once

#include <string>

#include "ledgerstone/env.h"
#include "log/event_format.h"

namespace ledgerstone::log {

// Events of one record, a line each, when `entries`; else the epoch and time alone.
void AppendEventsText(Slice payload, const RecordHeader& record, bool entries, std::string* text);
Status DumpEventIndex(Env* env, const std::string& path, const FileHeader& header, bool entries,
                      std::string* text);
Status DumpEventCatalog(Env* env, const std::string& path, std::string* text);

}  // namespace ledgerstone::log
