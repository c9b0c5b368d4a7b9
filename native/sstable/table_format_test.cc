// The worked example of docs/format/table.md: the bytes a builder writes, held against the page.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "testing/table_world.h"

namespace ledgerstone {
namespace {

TableModel ExampleModel() {
  TableModel model;
  model[InternalKey("ab", 3)] = "x";
  model[InternalKey("ab", 2, EntryKind::kDelete)] = "";
  model[InternalKey("abc", 5)] = "yz";
  return model;
}

TableOptions ExampleOptions() {
  TableOptions options;
  options.restart_interval = 2;
  options.compression = Compression::kNone;
  return options;
}

std::string Page() {
  const auto root = std::filesystem::absolute(__FILE__).parent_path().parent_path().parent_path();
  std::ifstream file(root / "docs" / "format" / "table.md");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The bytes of the page's block marked hexdump, whose lines are: offset, two spaces, bytes, |
// meaning.
std::string PageHex(const std::string& page) {
  std::istringstream lines(page);
  std::string hex;
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      inside = line == "```hexdump";
    } else if (inside) {
      const size_t begin = line.find("  ", 4);
      for (const char c : line.substr(begin, line.find('|') - begin)) {
        if (c != ' ') hex.push_back(c);
      }
    }
  }
  return hex;
}

TEST(TableFormat, WritesTheBytesThatItsPageShows) {
  TableWorld world;
  ASSERT_TRUE(world.Build(ExampleModel(), ExampleOptions()).ok());
  const std::string page = Page();
  ASSERT_FALSE(page.empty()) << "docs/format/table.md was not found from " << __FILE__;
  EXPECT_EQ(HexBytes(world.bytes()), PageHex(page));
}

TEST(TableFormat, ReadsTheBytesThatItsPageShows) {
  TableWorld world;
  const std::string hex = PageHex(Page());
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  world.bytes() = bytes;
  world.info().file_size = bytes.size();
  std::unique_ptr<Table> table;
  const Status opened = world.Open(&table);
  ASSERT_TRUE(opened.ok()) << opened.ToString();
  EXPECT_TRUE(table->Verify(nullptr).ok());
  const TableModel model = ExampleModel();
  const auto iterator = table->NewIterator({});
  iterator->SeekToFirst();
  for (const auto& [key, value] : model) {
    ASSERT_TRUE(iterator->Valid());
    EXPECT_EQ(iterator->key(), key);
    EXPECT_EQ(iterator->value(), value);
    iterator->Next();
  }
  EXPECT_FALSE(iterator->Valid());
}

}  // namespace
}  // namespace ledgerstone
