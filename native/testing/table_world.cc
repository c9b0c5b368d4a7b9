#include "testing/table_world.h"

#include <cstdlib>

#include "base/checks.h"
#include "base/text.h"

namespace ledgerstone {
namespace {

std::string RandomUserKey(Random* random) {
  switch (random->Below(8)) {
    case 0: return std::string(random->Below(4), 'a');
    case 1: return std::string(random->Below(300), 'k') + std::to_string(random->Below(50));
    case 2: return std::string("\xff\xff", 1 + random->Below(2)) + std::to_string(random->Below(9));
    case 3: {
      std::string key(1 + random->Below(6), '\0');
      for (char& c : key) c = static_cast<char>(random->Below(3) * 127);
      return key;
    }
    default:
      return "account:" + std::to_string(random->Below(40)) + ":" +
             std::to_string(random->Below(40));
  }
}

std::string RandomValue(Random* random) {
  if (random->OneIn(4)) return {};
  std::string value(random->Below(random->OneIn(20) ? 3000 : 60), 'v');
  if (random->OneIn(2)) {
    for (char& c : value) c = static_cast<char>(random->Below(256));
  }
  return value;
}

std::string FoundText(Sequence sequence, Slice value) {
  return "found @" + std::to_string(sequence) + " '" + EscapeBytes(value) + "'";
}

}  // namespace

std::string InternalKey(Slice user_key, Sequence sequence, EntryKind kind) {
  std::string key;
  AppendInternalKey(&key, user_key, MakeTrailer(sequence, kind));
  return key;
}

TableModel RandomTableModel(Random* random, size_t entries) {
  TableModel model;
  Sequence sequence = 1 + random->Below(1000);
  while (model.size() < entries) {
    const std::string user_key = RandomUserKey(random);
    const uint64_t versions = random->OneIn(15) ? 1 + random->Below(40) : 1;
    for (uint64_t i = 0; i < versions && model.size() < entries; ++i) {
      sequence += 1 + random->Below(3);
      const bool deleted = random->OneIn(6);
      model[InternalKey(user_key, sequence, deleted ? EntryKind::kDelete : EntryKind::kPut)] =
          deleted ? std::string() : RandomValue(random);
    }
  }
  return model;
}

Status TableWorld::Build(const TableModel& model, const TableOptions& options) {
  bytes().clear();
  LS_RETURN_IF_ERROR(env_.RemoveFile(identity_.file));
  std::unique_ptr<WritableFile> file;
  LS_RETURN_IF_ERROR(env_.NewWritableFile(identity_.file, WriteMode::kCreate, &file));
  const auto builder = TableBuilder::Create(std::move(file), identity_, options);
  for (const auto& [key, value] : model) LS_RETURN_IF_ERROR(builder->Add(key, value));
  LS_CHECK(builder->EntryCount() == model.size());
  return builder->Finish(&info_);
}

std::unique_ptr<Table> TableWorld::MustOpen(const TableModel& model, const TableOptions& options) {
  cache_.EraseFile(identity_.file_number);
  std::unique_ptr<Table> table;
  LS_CHECK(Build(model, options).ok());
  LS_CHECK(Open(&table).ok());
  return table;
}

std::string LookupText(Table* table, Slice user_key, Sequence sequence,
                       const TableReadOptions& options) {
  TableLookup lookup;
  const Status status = table->Get(user_key, sequence, options, &lookup);
  if (!status.ok()) return status.ToString();
  switch (lookup.outcome) {
    case TableLookup::Outcome::kAbsent: return "absent";
    case TableLookup::Outcome::kDeleted: return "deleted @" + std::to_string(lookup.sequence);
    case TableLookup::Outcome::kFound: return FoundText(lookup.sequence, lookup.value);
  }
  return "no outcome";
}

std::string ModelLookupText(const TableModel& model, Slice user_key, Sequence sequence) {
  std::string target;
  AppendInternalKey(&target, user_key, MakeSeekTrailer(sequence));
  const auto at = model.lower_bound(target);
  if (at == model.end() || UserKeyOf(at->first) != user_key) return "absent";
  const uint64_t trailer = TrailerOf(at->first);
  if (TrailerKind(trailer) == EntryKind::kDelete) {
    return "deleted @" + std::to_string(TrailerSequence(trailer));
  }
  return FoundText(TrailerSequence(trailer), at->second);
}

}  // namespace ledgerstone
