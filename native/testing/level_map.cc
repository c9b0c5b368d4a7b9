#include "testing/level_map.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/checks.h"
#include "testing/vector_iterator.h"

namespace ledgerstone {
namespace {

constexpr uint64_t kEntries = 100;

// Takes what stands before the first of `stops`, and leaves the rest in `word`.
std::string TakeUntil(std::string* word, const char* stops) {
  const size_t at = std::min(word->find_first_of(stops), word->size());
  std::string taken = word->substr(0, at);
  word->erase(0, at);
  return taken;
}

// The number after `mark`, or `otherwise` when the mark is not there.
uint64_t TakeNumber(std::string* word, char mark, uint64_t otherwise) {
  if (word->empty() || word->front() != mark) return otherwise;
  word->erase(0, 1);
  return std::stoull(TakeUntil(word, "@*/!"));
}

TableMeta ParseTable(std::string word, bool* busy) {
  TableMeta meta;
  meta.number = std::stoull(TakeUntil(&word, "="));
  word.erase(0, 1);
  const std::string first = TakeUntil(&word, "-");
  word.erase(0, 1);
  const std::string last = TakeUntil(&word, "@*/!");
  meta.largest_sequence = TakeNumber(&word, '@', meta.number);
  meta.smallest_sequence = meta.largest_sequence;
  meta.size = TakeNumber(&word, '*', 1) << 10;
  meta.entry_count = kEntries;
  meta.tombstone_count = TakeNumber(&word, '/', 0) * kEntries / 100;
  meta.smallest = MakeKey(first, meta.largest_sequence);
  meta.largest = MakeKey(last, meta.largest_sequence);
  *busy = word == "!";
  LS_CHECK(*busy || word.empty());
  return meta;
}

}  // namespace

LevelMap ParseLevelMap(const std::string& text, const TableContext* context) {
  LevelMap map;
  auto tree = std::make_shared<Tree>();
  tree->info.id = 1;
  tree->info.name = "default";
  std::istringstream words(text);
  std::vector<TableFilePtr>* level = nullptr;
  for (std::string word; words >> word;) {
    if (word.front() == 'L' && word.back() == ':') {
      level = &tree->levels.at(std::stoull(word.substr(1)));
      continue;
    }
    LS_CHECK(level != nullptr);
    bool busy = false;
    TableMeta meta = ParseTable(word, &busy);
    if (busy) map.busy.insert(meta.number);
    level->push_back(std::make_shared<TableFile>(context, std::move(meta)));
  }
  map.version.trees[1] = std::move(tree);
  LS_CHECK(map.version.CheckOrder().ok());
  return map;
}

}  // namespace ledgerstone
