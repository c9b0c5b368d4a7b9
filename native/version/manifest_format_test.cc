// The worked examples of docs/format/manifest.md: what a version set writes, held against the page.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "testing/edit_builder.h"
#include "testing/memory_env.h"
#include "version/file_names.h"
#include "version/version_set.h"

namespace ledgerstone {
namespace {

// Draws 00 01 02 … as the store id.
class CountingEnv final : public MemoryEnv {
 public:
  void RandomBytes(char* destination, size_t size) override {
    for (size_t i = 0; i < size; ++i) destination[i] = static_cast<char>(i);
  }
};

std::string HexDump(Slice bytes) {
  std::string text;
  for (size_t at = 0; at < bytes.size(); at += 8) {
    char offset[24];
    std::snprintf(offset, sizeof offset, "%4zu ", at);
    text += offset;
    for (const char byte : bytes.substr(at, 8)) text += " " + HexBytes(Slice(&byte, 1));
    text += "\n";
  }
  return text;
}

// The ```hexdump blocks of the page, without their notes behind "  |".
std::vector<std::string> PageDumps() {
  const auto root = std::filesystem::absolute(__FILE__).parent_path().parent_path().parent_path();
  std::ifstream page(root / "docs" / "format" / "manifest.md");
  std::vector<std::string> dumps;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line == "```hexdump") {
      inside = true;
      dumps.emplace_back();
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      dumps.back() += line.substr(0, line.find("  |")) + "\n";
    }
  }
  return dumps;
}

TEST(ManifestFormat, IsWrittenAsOnTheFormatPage) {
  CountingEnv env;
  TableContext context;
  VersionSet set(&env, "db", &context);
  ASSERT_TRUE(set.Create().ok());
  VersionEdit edit;
  edit.created_namespaces.push_back(MakeNamespace(1, "rates"));
  edit.next_namespace_id = 2;
  edit.last_sequence = 300;
  edit.new_tables.push_back({1, 0, MakeMeta(set.NewFileNumber(), "USD", "USE", 290)});
  ASSERT_TRUE(set.Apply(edit).ok());
  const std::vector<std::string> dumps = PageDumps();
  ASSERT_EQ(dumps.size(), 2u);
  EXPECT_EQ(dumps[0], HexDump(env.Contents("db/CURRENT")));
  EXPECT_EQ(dumps[1], HexDump(env.Contents("db/000001.manifest")));
}

}  // namespace
}  // namespace ledgerstone
