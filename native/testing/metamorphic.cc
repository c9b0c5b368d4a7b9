#include "testing/metamorphic.h"

#include "base/text.h"
#include "testing/child_process.h"
#include "testing/list_shrinker.h"
#include "testing/operation_generator.h"
#include "testing/operation_store.h"

namespace ledgerstone {
namespace {

bool Differs(const OperationList& operations, uint64_t seed, const OptionSet& set) {
  OperationModel model;
  OperationStore store(set, seed);
  const RunHistory expected = RunOperations(operations, &model);
  return FirstDifference(expected, RunOperations(operations, &store)).has_value();
}

bool FailsInChild(const OperationList& operations, uint64_t seed, const OptionSet& set) {
  return !SucceedsInChild([&] { return !Differs(operations, seed, set); });
}

std::string Words(const OperationList& operations, OperationTarget* target, size_t at) {
  return EscapeBytes(RunOperations(operations, target, at).explained);
}

// Where the answers part; "" when they do not, or when the process can't be asked.
std::string DifferenceText(const OperationList& operations, uint64_t seed, const OptionSet& set) {
  OperationModel model;
  OperationStore store(set, seed);
  const RunHistory expected = RunOperations(operations, &model);
  const auto at = FirstDifference(expected, RunOperations(operations, &store));
  if (!at.has_value()) return "";
  OperationModel model_again;
  OperationStore store_again(set, seed);
  const std::string where =
      *at == operations.size() ? "in the end" : "at operation " + std::to_string(*at);
  return where + "\n  the model:  " + Words(operations, &model_again, *at) +
         "\n  the store:  " + Words(operations, &store_again, *at) + "\n";
}

}  // namespace

std::string Metamorphic::Check(const MetamorphicList& list) {
  const OperationList operations = GenerateOperations(list.seed, list.length);
  OperationModel model;
  const RunHistory expected = RunOperations(operations, &model);
  totals_.operations += operations.size();
  totals_.commits += model.commits();
  totals_.conflicts += model.conflicts();
  for (const OptionSet& set : OptionSets()) {
    if (set.is_rare && !list.under_rare_sets) continue;
    totals_.executions += operations.size();
    if (!Agrees(operations, list, set, expected)) return Explain(operations, list, set);
  }
  return "";
}

bool Metamorphic::Agrees(const OperationList& operations, const MetamorphicList& list,
                         const OptionSet& set, const RunHistory& expected) {
  if (careful_ && FailsInChild(operations, list.seed, set)) return false;
  const DeathNote note("the list ran under \"" + set.name + "\"; replay: " + list.replay + "\n");
  OperationStore store(set, list.seed);
  const RunHistory found = RunOperations(operations, &store);
  totals_.flushes += store.flushes();
  totals_.compactions += store.compactions();
  return !FirstDifference(expected, found).has_value();
}

std::string Metamorphic::Explain(const OperationList& operations, const MetamorphicList& list,
                                 const OptionSet& set) {
  const OperationList left =
      Shrunk(operations, [&](const auto& fewer) { return FailsInChild(fewer, list.seed, set); });
  const bool dies = !SucceedsInChild([&] {
    (void)Differs(left, list.seed, set);
    return true;
  });
  return "under \"" + set.name + "\", shrunk from " + std::to_string(operations.size()) + " to " +
         std::to_string(left.size()) + " operations:\n" + ListText(left) +
         (dies ? "it stops the process\n" : DifferenceText(left, list.seed, set)) +
         "replay: " + list.replay;
}

}  // namespace ledgerstone
