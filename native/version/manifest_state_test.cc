#include <gtest/gtest.h>

#include "version/version_set.h"

namespace ledgerstone {
namespace {

TEST(ManifestState, KeepsLogsUntilAnEditLetsThemGo) {
  const auto adds = [](uint64_t number) {
    VersionEdit edit;
    edit.kept_logs.push_back({number, 4000, number * 10, 1});
    return edit;
  };
  const auto lets_go_below = [](uint64_t number) {
    VersionEdit edit;
    edit.retained = Retained{number, 120};
    return edit;
  };
  const auto numbers = [](const ManifestState& state) {
    std::vector<uint64_t> kept;
    for (const KeptLog& log : *state.kept_logs) kept.push_back(log.number);
    return kept;
  };
  ManifestState state;
  state.Apply(adds(5));
  state.Apply(adds(6));
  EXPECT_EQ(numbers(state), (std::vector<uint64_t>{5, 6})) << "no edit said from where on";
  state.Apply(lets_go_below(6));
  state.Apply(adds(7));
  EXPECT_EQ(numbers(state), (std::vector<uint64_t>{6, 7}));
  state.Apply(lets_go_below(0));
  EXPECT_TRUE(numbers(state).empty());
  EXPECT_FALSE(state.retained.has_value());
}

}  // namespace
}  // namespace ledgerstone
