// RFC 7396, JSON Merge Patch, on JSON text.
#pragma once

#include <optional>
#include <string>

#include "ledgerstone/slice.h"

namespace ledgerstone {

// False when a text is not one JSON value, or nested deeper than 256. Members keep the order of the
// target, new ones follow in the patch's order; what is not touched keeps its text.
bool JsonMergePatch(std::optional<Slice> target, Slice patch, std::string* result);

// Whether the text is one JSON value (RFC 8259), no deeper than 256.
bool IsJson(Slice text);

}  // namespace ledgerstone
