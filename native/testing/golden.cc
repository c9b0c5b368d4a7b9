#include "testing/golden.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/checks.h"

namespace ledgerstone {
namespace {

std::string FirstDifference(const std::string& expected, const std::string& actual) {
  std::istringstream expected_lines(expected);
  std::istringstream actual_lines(actual);
  for (int line = 1;; ++line) {
    std::string wanted;
    std::string found;
    const bool more_wanted = static_cast<bool>(std::getline(expected_lines, wanted));
    const bool more_found = static_cast<bool>(std::getline(actual_lines, found));
    if (!more_wanted && !more_found) return "the ends of lines differ";
    if (wanted == found && more_wanted == more_found) continue;
    return "line " + std::to_string(line) + "\n  expected " +
           (more_wanted ? "|" + wanted : "the end") + "\n  found    " +
           (more_found ? "|" + found : "the end");
  }
}

}  // namespace

std::string GoldenDifference(const std::string& source_file, const std::string& name,
                             const std::string& actual) {
  const auto path = std::filesystem::path(source_file).parent_path() / "testdata" / name;
  if (std::getenv("LEDGERSTONE_REWRITE_GOLDENS") != nullptr) {
    LS_CHECK(std::getenv("CI") == nullptr);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << actual;
    return out.flush().good() ? "" : path.string() + " can't be written";
  }
  std::ifstream in(path, std::ios::binary);
  if (!in.is_open()) return path.string() + " is missing";
  std::ostringstream expected;
  expected << in.rdbuf();
  if (expected.str() == actual) return "";
  return path.string() + ": " + FirstDifference(expected.str(), actual) +
         "\n  (LEDGERSTONE_REWRITE_GOLDENS=1 rewrites it; look at the change)\n" + actual;
}

}  // namespace ledgerstone
