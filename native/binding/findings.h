// Findings of a verification and statistics as JavaScript objects.
#pragma once

#include <node_api.h>

#include <vector>

#include "ledgerstone/store.h"

namespace ledgerstone::binding {

// Each as StatusFields.
napi_value FindingList(napi_env env, const std::vector<Finding>& findings);

}  // namespace ledgerstone::binding
