// The kept inputs of every fuzz target, through that target.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "fuzz/target.h"
#include "testing/counts.h"

namespace ledgerstone {
namespace {

std::string FromHex(const std::string& line) {
  std::string bytes;
  for (size_t at = 0; at + 1 < line.size(); at += 2) {
    bytes.push_back(static_cast<char>(std::stoi(line.substr(at, 2), nullptr, 16)));
  }
  return bytes;
}

std::filesystem::path CorpusOf(const std::string& target) {
  return std::filesystem::path(__FILE__).parent_path() / "corpus" / (target + ".txt");
}

TEST(FuzzCorpus, EveryKeptInputHoldsInItsTarget) {
  EXPECT_EQ(FuzzTargets().size(), 14u);
  for (const auto& [target, run] : FuzzTargets()) {
    SCOPED_TRACE(target);
    std::ifstream lines(CorpusOf(target));
    uint64_t inputs = 0;
    for (std::string line; std::getline(lines, line); ++inputs) {
      const std::string bytes = FromHex(line);
      EXPECT_EQ(run(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()), 0) << line;
    }
    EXPECT_GT(inputs, 0u) << "no input in " << CorpusOf(target);
    Count("kept fuzz inputs: " + target, inputs);
  }
}

}  // namespace
}  // namespace ledgerstone
