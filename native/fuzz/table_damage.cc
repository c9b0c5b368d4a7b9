// Fuzz target: a table of a few entries with some of its bytes changed or cut off. Every answer is
// the one the entries give, or Corruption; never another one.
//
//   input := block_size: u8, options: u8, entry_count: u8, entry*, change*
//   change := place: u16, mask: u8
#include "base/checks.h"
#include "fuzz/input.h"
#include "testing/table_world.h"

namespace ledgerstone {
namespace {

TableModel TakeModel(FuzzInput* input) {
  TableModel model;
  Sequence sequence = 1;
  for (size_t left = 1 + input->Below(64); left > 0; --left) {
    const std::string key = "key" + std::string(input->Bytes(input->Below(4)));
    const uint8_t draw = input->Byte();
    const EntryKind kind = draw % 8 == 0 ? EntryKind::kDelete : EntryKind::kPut;
    model[InternalKey(key, sequence++, kind)] =
        kind == EntryKind::kDelete ? "" : std::string(draw, static_cast<char>(draw));
  }
  return model;
}

void Damage(FuzzInput* input, std::string* bytes) {
  while (!input->empty()) {
    const size_t at = input->Number16() % bytes->size();
    const uint8_t mask = input->Byte();
    if (mask == 0 && at > 0) {
      bytes->resize(at);
    } else {
      (*bytes)[at] = static_cast<char>((*bytes)[at] ^ mask);
    }
  }
}

void ExpectRightOrTold(Table* table, const TableModel& model) {
  for (const auto& [key, value] : model) {
    const Sequence sequence = TrailerSequence(TrailerOf(key));
    for (const Sequence at : {sequence - 1, sequence, kSequenceMax}) {
      TableLookup lookup;
      if (!table->Get(UserKeyOf(key), at, {}, &lookup).ok()) continue;
      LS_CHECK(LookupText(table, UserKeyOf(key), at) == ModelLookupText(model, UserKeyOf(key), at));
    }
  }
}

void ExpectWalk(Table* table, const TableModel& model) {
  const auto iterator = table->NewIterator({});
  auto expected = model.begin();
  for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next(), ++expected) {
    LS_CHECK(expected != model.end());
    LS_CHECK(iterator->key() == expected->first && iterator->value() == expected->second);
  }
  LS_CHECK(expected == model.end() || !iterator->status().ok());
}

}  // namespace
}  // namespace ledgerstone

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ledgerstone;
  FuzzInput input(data, size);
  TableOptions options;
  options.block_bytes = 64u + 8u * input.Byte();
  const uint8_t choice = input.Byte();
  options.compression = static_cast<Compression>(choice % 3);
  options.hash_index = (choice & 4) != 0;
  options.filter_bits_per_key = (choice & 8) != 0 ? 10 : 0;
  options.restart_interval = 1 + (choice >> 4);
  const TableModel model = TakeModel(&input);
  TableWorld world;
  LS_CHECK(world.Build(model, options).ok());
  Damage(&input, &world.bytes());
  std::unique_ptr<Table> table;
  if (!world.Open(&table).ok()) return 0;
  ExpectRightOrTold(table.get(), model);
  ExpectWalk(table.get(), model);
  const uint32_t digest = world.info().digest;
  (void)table->Verify(&digest);
  return 0;
}
