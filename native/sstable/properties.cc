#include "sstable/properties.h"

#include "base/coding.h"
#include "base/internal_key.h"

namespace ledgerstone {
namespace {

// Calls visit(name, field) for every property, names rising. The names are frozen.
template <typename Properties, typename Visit>
void VisitProperties(Properties& properties, Visit&& visit) {
  auto& info = properties.info;
  auto& options = properties.options;
  visit("block_bytes", options.block_bytes);
  visit("compression", options.compression);
  visit("data_blocks", properties.data_block_count);
  visit("entries", info.entry_count);
  visit("filter_bits_per_key", options.filter_bits_per_key);
  visit("hash_index", options.hash_index);
  visit("largest_key", info.largest);
  visit("largest_sequence", info.largest_sequence);
  visit("raw_key_bytes", info.raw_key_bytes);
  visit("raw_value_bytes", info.raw_value_bytes);
  visit("restart_interval", options.restart_interval);
  visit("smallest_key", info.smallest);
  visit("smallest_sequence", info.smallest_sequence);
  visit("tombstones", info.tombstone_count);
  visit("zstd_level", options.zstd_level);
}

bool DecodeField(Slice bytes, std::string* field) {
  field->assign(bytes);
  return field->empty() || field->size() >= kTrailerSize;
}

template <typename Number>
bool DecodeField(Slice bytes, Number* field) {
  Decoder decoder(bytes);
  const uint64_t value = decoder.Varint64();
  *field = static_cast<Number>(value);
  return decoder.ok() && decoder.done() && static_cast<uint64_t>(*field) == value;
}

std::string EncodeField(const std::string& field) { return field; }

template <typename Number>
std::string EncodeField(const Number& field) {
  std::string bytes;
  PutVarint(&bytes, static_cast<uint64_t>(field));
  return bytes;
}

std::string FieldText(const std::string& field) {
  return field.empty() ? "none" : InternalKeyText(field);
}

template <typename Number>
std::string FieldText(const Number& field) {
  return std::to_string(static_cast<uint64_t>(field));
}

}  // namespace

std::string EncodeProperties(const TableProperties& properties) {
  std::string contents;
  VisitProperties(properties, [&](Slice name, const auto& field) {
    PutLengthPrefixed(&contents, name);
    PutLengthPrefixed(&contents, EncodeField(field));
  });
  return contents;
}

Status DecodeProperties(Slice contents, const Status::Place& place, TableProperties* properties) {
  std::vector<std::pair<Slice, Slice>> found;
  for (Decoder decoder(contents); !decoder.done();) {
    const Slice name = decoder.LengthPrefixed();
    const Slice value = decoder.LengthPrefixed();
    if (!decoder.ok()) return Status::Corruption("table properties cut short", place);
    if (!found.empty() && found.back().first >= name) {
      return Status::Corruption("table properties out of order", place);
    }
    found.emplace_back(name, value);
  }
  Status status;
  size_t next = 0;
  VisitProperties(*properties, [&](Slice name, auto& field) {
    while (next < found.size() && found[next].first < name) ++next;
    const bool there = next < found.size() && found[next].first == name;
    if (!there || !DecodeField(found[next].second, &field)) {
      if (status.ok()) status = Status::Corruption("table property " + std::string(name), place);
    }
  });
  return status;
}

std::vector<std::pair<std::string, std::string>> PropertiesText(const TableProperties& properties) {
  std::vector<std::pair<std::string, std::string>> text;
  VisitProperties(properties, [&](Slice name, const auto& field) {
    text.emplace_back(std::string(name), FieldText(field));
  });
  return text;
}

}  // namespace ledgerstone
