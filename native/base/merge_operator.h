// What a merge entry does to the value below it. Pure functions on bytes; a namespace has one
// operator for life.
//
//   add i64, add i128   value and operand: 8 or 16 bytes, big-endian two's complement with the sign
//                       bit flipped, so that bytes sort as numbers do; an absent value is 0
//   append              the operand's bytes follow the value's
//   max, min            the greater or smaller of the two byte strings
//   json merge patch    RFC 7396 on JSON text; an absent value is an empty target
//
// A value or operand the operator can't work with, an overflow, or a result over the value limit is
// MergeFailed: nothing is invented, and the entries stay as they are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledgerstone/options.h"
#include "ledgerstone/slice.h"
#include "ledgerstone/status.h"

namespace ledgerstone {

const char* MergeOperatorName(MergeOperator merge);

// Whether the bytes can be an operand at all; asked before they are written.
Status CheckOperand(MergeOperator merge, Slice operand);

// The operands, oldest first, on top of `base` (absent: nothing there).
Status MergeOnto(MergeOperator merge, std::optional<Slice> base,
                 const std::vector<Slice>& operands_oldest_first, std::string* result);

// One operand that does what `older` and then `newer` do. NotSupported where there is no such
// operand (JSON merge patch), MergeFailed as above.
Status CombineOperands(MergeOperator merge, Slice older, Slice newer, std::string* combined);

}  // namespace ledgerstone
