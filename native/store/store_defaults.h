// Options as the engine uses them: what was left open is filled in.
#pragma once

#include "ledgerstone/options.h"

namespace ledgerstone {

StoreOptions WithDefaults(StoreOptions options);

}  // namespace ledgerstone
