#include "binding/findings.h"

#include "binding/environment.h"
#include "binding/values.h"

namespace ledgerstone::binding {

napi_value FindingList(napi_env env, const std::vector<Finding>& findings) {
  return List(env, findings, [env](const Finding& found) { return StatusFields(env, found); });
}

}  // namespace ledgerstone::binding
