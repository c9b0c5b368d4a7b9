// The functions of copy_functions.cc.
#pragma once

#include "binding/store_handle.h"

namespace ledgerstone::binding {

// checkpoint and backup, of one store.
void DefineCopyFunctions(napi_env env, napi_value object, const StoreHandlePtr& handle);
// Those of the addon that need no store.
void DefineBackupFunctions(napi_env env, napi_value exports);

}  // namespace ledgerstone::binding
