// Statistics and events as JavaScript objects; their types are src/binding/statistics-types.ts and
// src/binding/native-types.ts.
#pragma once

#include <node_api.h>

#include "ledgerstone/event_listener.h"
#include "ledgerstone/statistics.h"

namespace ledgerstone::binding {

napi_value StatisticsObject(napi_env env, const StoreStatistics& statistics);
// Levels by namespace, as in the statistics.
napi_value NamespaceList(napi_env env, const std::vector<NamespaceLevels>& namespaces);
napi_value EventObject(napi_env env, const Event& event);

}  // namespace ledgerstone::binding
