// The levels as ASCII. Bars are drawn to one scale per namespace, so that they compare.
//
//   default  3 tables, 81 MiB, 700,000 entries
//     L0  |#####                 2 tables    16 MiB    140,000 entries, 70,000 of them tombstones
//     L6  |####################  1 table     65 MiB    560,000 entries
#include <algorithm>

#include "base/text.h"
#include "version/version.h"

namespace ledgerstone {
namespace {

constexpr size_t kBarWidth = 20;

struct LevelFigures {
  size_t tables = 0;
  uint64_t bytes = 0;
  uint64_t entries = 0;
  uint64_t tombstones = 0;

  void Add(const TableMeta& meta) {
    ++tables;
    bytes += meta.size;
    entries += meta.entry_count;
    tombstones += meta.tombstone_count;
  }
};

std::string Grouped(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string Counted(uint64_t count, const char* one, const char* many) {
  return Grouped(count) + " " + (count == 1 ? one : many);
}

std::string Padded(std::string text, size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

// At least one mark for anything that is not empty.
std::string Bar(uint64_t bytes, uint64_t largest) {
  const auto whole = static_cast<double>(std::max<uint64_t>(largest, 1));
  const auto marks = static_cast<size_t>(static_cast<double>(bytes) / whole * kBarWidth + 0.5);
  return std::string(std::clamp<size_t>(marks, 1, kBarWidth), '#');
}

std::string LevelLine(size_t level, const LevelFigures& figures, uint64_t largest) {
  std::string line = "  L" + std::to_string(level) + "  |";
  line += Padded(Bar(figures.bytes, largest), kBarWidth);
  line += "  " + Padded(Counted(figures.tables, "table", "tables"), 10);
  line += "  " + Padded(ByteSizeText(figures.bytes), 8);
  line += "  " + Counted(figures.entries, "entry", "entries");
  if (figures.tombstones > 0) {
    line += ", " + Counted(figures.tombstones, "of them a tombstone", "of them tombstones");
  }
  return line + "\n";
}

std::string TreeText(const Tree& tree) {
  std::array<LevelFigures, kLevelCount> levels;
  LevelFigures total;
  uint64_t largest = 0;
  for (size_t level = 0; level < levels.size(); ++level) {
    for (const auto& file : tree.levels[level]) {
      levels[level].Add(file->meta());
      total.Add(file->meta());
    }
    largest = std::max(largest, levels[level].bytes);
  }
  std::string text = EscapeBytes(tree.info.name) + "  ";
  if (total.tables == 0) return text + "no tables\n";
  text += Counted(total.tables, "table", "tables") + ", " + ByteSizeText(total.bytes) + ", " +
          Counted(total.entries, "entry", "entries") + "\n";
  for (size_t level = 0; level < levels.size(); ++level) {
    if (levels[level].tables > 0) text += LevelLine(level, levels[level], largest);
  }
  return text;
}

}  // namespace

std::string LevelsText(const Version& version) {
  std::string text;
  for (const auto& [id, tree] : version.trees) {
    if (!text.empty()) text += "\n";
    text += TreeText(*tree);
  }
  return text.empty() ? "no namespaces\n" : text;
}

std::string LevelSummary(const Tree& tree) {
  std::string text;
  for (size_t level = 0; level < tree.levels.size(); ++level) {
    if (tree.levels[level].empty()) continue;
    if (!text.empty()) text += " ";
    text += "L" + std::to_string(level) + ":" + std::to_string(tree.levels[level].size());
  }
  return text.empty() ? "empty" : text;
}

}  // namespace ledgerstone
