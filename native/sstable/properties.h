// The properties block: what a table says about itself. Format page: docs/format/table.md.
//
//   properties := property*                            names rise, each at most once
//   property   := name: length-prefixed, value: length-prefixed
//   A number's value is a varint, a key's its bytes. A reader skips names it does not know, so that
//   new ones may be added; those below must be there.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ledgerstone/status.h"
#include "sstable/format.h"

namespace ledgerstone {

struct TableProperties {
  TableInfo info;  // file_size and digest are not in the file
  TableOptions options;
  uint64_t data_block_count = 0;
};

std::string EncodeProperties(const TableProperties& properties);
// `place` is where the block lies, for errors.
Status DecodeProperties(Slice contents, const Status::Place& place, TableProperties* properties);
// Name and printable value of each, in their order, for the inspector.
std::vector<std::pair<std::string, std::string>> PropertiesText(const TableProperties& properties);

}  // namespace ledgerstone
