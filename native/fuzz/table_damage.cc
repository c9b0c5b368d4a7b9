// Fuzz target: a table with some of its bytes changed or cut off. Every answer is the one its
// entries give, or Corruption; never another one.
//
//   input  := table: u8, entry: u8 (to look up, beside a walk over all of them), change*
//   change := place: u16, mask: u8 (0: the table ends there)
#include "base/checks.h"
#include "fuzz/input.h"
#include "fuzz/target.h"
#include "testing/table_world.h"

namespace ledgerstone {
namespace {

constexpr uint8_t kTables = 16;

// Three kinds of compression, with and without hash index and filter, of few and of more blocks.
struct BuiltTable {
  explicit BuiltTable(uint8_t number) {
    options.block_bytes = 64;
    options.compression = static_cast<Compression>(number % 3);
    options.hash_index = (number & 1) != 0;
    options.filter_bits_per_key = (number & 2) != 0 ? 10 : 0;
    options.restart_interval = 1 + number % 5u;
    Sequence sequence = 100;
    for (unsigned i = 0; i < 2u + number; ++i) {
      const std::string key = "key" + std::string(i % 4, static_cast<char>(i * 37));
      const bool deleted = i % 5 == 3;
      model[InternalKey(key, sequence--, deleted ? EntryKind::kDelete : EntryKind::kPut)] =
          deleted ? "" : std::string(i * 9, static_cast<char>('a' + i));
    }
    LS_CHECK(world.Build(model, options).ok());
    bytes = world.bytes();
  }

  TableOptions options;
  TableModel model;
  TableWorld world;
  std::string bytes;
};

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

void ExpectRightOrTold(Table* table, const TableModel& model, uint8_t entry) {
  const std::string& key = std::next(model.begin(), entry % model.size())->first;
  const Sequence sequence = TrailerSequence(TrailerOf(key));
  for (const Sequence at : {sequence - 1, sequence, kSequenceMax}) {
    TableLookup lookup;
    if (!table->Get(UserKeyOf(key), at, {}, &lookup).ok()) continue;
    LS_CHECK(LookupText(table, UserKeyOf(key), at) == ModelLookupText(model, UserKeyOf(key), at));
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

FUZZ_TARGET(table_damage) {
  using namespace ledgerstone;
  static std::unique_ptr<BuiltTable> tables[kTables];
  FuzzInput input(data, size);
  const uint8_t number = input.Byte() % kTables;
  if (tables[number] == nullptr) tables[number] = std::make_unique<BuiltTable>(number);
  const uint8_t entry = input.Byte();
  TableWorld& world = tables[number]->world;
  const TableModel& model = tables[number]->model;
  world.cache().Clear();
  world.bytes() = tables[number]->bytes;
  Damage(&input, &world.bytes());
  std::unique_ptr<Table> table;
  if (!world.Open(&table).ok()) return 0;
  ExpectRightOrTold(table.get(), model, entry);
  ExpectWalk(table.get(), model);
  const uint32_t digest = world.info().digest;
  LS_CHECK(table->Verify(&digest).ok() == (world.bytes() == tables[number]->bytes));
  return 0;
}
