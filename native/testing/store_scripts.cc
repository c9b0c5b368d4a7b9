// The scripts themselves. Each opens the store and does one kind of thing often enough to meet
// every step of it; none closes at its end, so that the last crash finds a running store.
#include "testing/store_script.h"

namespace ledgerstone {
namespace {

std::string Key(int number) { return "key" + std::to_string(number); }
std::string Value(int number, size_t size) {
  std::string value = "value" + std::to_string(number) + "-";
  while (value.size() < size) value.push_back(static_cast<char>('a' + (value.size() * 7) % 23));
  return value;
}

void SinglePuts(ScriptRun& run) {
  run.Open();
  run.Create("a");
  for (int i = 0; i < 8; ++i) run.Put("a", Key(i), Value(i, 20));
}

void OsBatches(ScriptRun& run) {
  run.Open();
  run.Create("a");
  run.Create("b");
  for (int i = 0; i < 8; ++i) {
    run.Write({{"a", Key(i), Value(i, 30)}, {"b", Key(i), Value(i, 40)}}, Durability::kOs);
  }
}

void MixedDurabilities(ScriptRun& run) {
  run.Open();
  run.Create("a");
  for (int i = 0; i < 12; ++i) {
    run.Queue({{"a", Key(i % 5), Value(i, 50)}}, static_cast<Durability>(i % 3));
    if (i % 4 == 3) run.Settle();
  }
}

void Overwrite(ScriptRun& run) {
  run.Open();
  run.Create("a");
  for (int i = 0; i < 14; ++i) run.Put("a", Key(i % 2), Value(i, 600), Durability::kDisk);
}

void Deletes(ScriptRun& run) {
  run.Open();
  run.Create("a");
  for (int i = 0; i < 6; ++i) run.Put("a", Key(i), Value(i, 30), Durability::kOs);
  run.Flush();
  for (int i = 0; i < 6; i += 2) run.Delete("a", Key(i));
  run.Flush();
}

void Flush(ScriptRun& run) {
  run.Open();
  run.Create("a");
  run.Put("a", "first", "1", Durability::kMemory);
  run.Flush();
  run.Put("a", "second", "2");
  run.Flush();
  run.Put("a", "third", "3", Durability::kOs);
}

void Compaction(ScriptRun& run) {
  run.Open();
  run.Create("a");
  for (int i = 0; i < 3; ++i) {
    run.Put("a", Key(i), Value(i, 900));
    run.Put("a", "same", Value(i, 900));
    run.Flush();
  }
  run.Compact();
  run.Put("a", "after", "compaction");
}

void Namespaces(ScriptRun& run) {
  run.Open();
  run.Create("a");
  run.Create("b");
  run.Put("a", "key", "old");
  run.Put("b", "key", "kept");
  run.Flush();
  run.Drop("a");
  run.Create("a");
  run.Put("a", "other", "new");
  run.Flush();
  run.Create("c");
  run.Put("c", "key", "brief");
  run.Drop("c");
  run.Put("b", "last", "one");
}

void DerivedState(ScriptRun& run) {
  run.Open();
  run.Create("d", true);
  run.Create("a");
  for (int i = 1; i <= 4; ++i) {
    const auto applied = static_cast<uint64_t>(i * 10);
    run.Derived(applied, {{"d", Key(i), Value(i, 40)}, {"d", "sum", std::to_string(i)}});
    run.Put("a", Key(i), "ordinary");
    if (i % 2 == 0) run.Flush();
  }
  run.Derived(50, {{"d", "sum", "5"}});
}

void ReopenInTheMiddle(ScriptRun& run) {
  run.Open();
  run.Create("a");
  run.Create("d", true);
  run.Put("a", "before", "1", Durability::kOs);
  run.Derived(7, {{"d", "at", "7"}});
  run.Reopen();
  run.Put("a", "between", "2");
  run.Reopen();
  run.Put("a", "after", "3");
}

// Transfers between two keys that are begun together: of each three the last one conflicts.
void Transactions(ScriptRun& run) {
  run.Open();
  run.Create("a");
  run.Create("b");
  run.Write({{"a", "from", "0"}, {"b", "to", "0"}});
  for (int i = 1; i <= 4; ++i) {
    const Durability durability = i % 2 == 0 ? Durability::kDisk : Durability::kOs;
    const uint64_t first = run.Begin();
    const uint64_t aside = run.Begin();
    const uint64_t late = run.Begin();
    run.QueueTransaction(first, {{"a", "from"}, {"b", "to"}},
                         {{"a", "from", Value(i, 200)}, {"b", "to", Value(i, 300)}}, durability);
    run.QueueTransaction(aside, {{"a", Key(i)}}, {{"a", Key(i), "1"}, {"b", Key(i), "1"}},
                         durability);
    run.QueueTransaction(late, {{"b", "to"}}, {{"a", "from", "lost"}, {"b", "to", "lost"}},
                         durability);
    run.Settle();
    if (i == 2) run.Flush();
  }
}

std::vector<std::pair<std::string, std::string>> Sorted(int from, int count, size_t size) {
  std::vector<std::pair<std::string, std::string>> entries;
  for (int i = from; i < from + count; ++i) {
    std::string key = std::to_string(i);
    key.insert(0, 6 - key.size(), '0');
    entries.emplace_back(std::move(key), Value(i, size));
  }
  return entries;
}

// Over nothing, over memtables and over tables; two tables each, with writes of every durability
// before and after.
void Ingestions(ScriptRun& run) {
  run.Open();
  run.Create("a");
  run.Create("b");
  run.Put("b", "before", "1", Durability::kMemory);
  run.Ingest("a", Sorted(10, 40, 200));
  run.Put("a", "000020", "later", Durability::kOs);
  run.Put("a", "000005", "aside", Durability::kMemory);
  run.Ingest("a", Sorted(15, 10, 200));
  run.Delete("a", "000016");
  run.Put("b", "before", "2", Durability::kOs);
  run.Ingest("a", Sorted(100, 1, 5000));
  run.Reopen();
  run.Ingest("b", Sorted(1, 3, 10));
  run.Put("b", "000002", "last");
}

void BigValues(ScriptRun& run) {
  run.Open();
  run.Create("a");
  run.Put("a", "big", Value(1, 40'000));
  run.Put("a", "bigger", Value(2, 70'000), Durability::kOs);
  run.Put("a", "small", "3");
}

void ManyNamespaces(ScriptRun& run) {
  run.Open();
  std::vector<HistoryChange> changes;
  for (int i = 0; i < 12; ++i) {
    run.Create("n" + std::to_string(i));
    changes.push_back({"n" + std::to_string(i), "key", Value(i, 20)});
  }
  run.Write(changes);
  run.Flush();
  run.Write(changes, Durability::kOs);
}

void GenerationSwitches(ScriptRun& run) {
  run.Open();
  run.Create("a");
  for (int i = 0; i < 16; ++i) run.Queue({{"a", Key(i % 7), Value(i, 800)}}, Durability::kOs);
  run.Settle();
  run.Put("a", "end", "disk");
}

void CleanCloseAndReopen(ScriptRun& run) {
  run.Open();
  run.Reopen();
  run.Create("a");
  run.Put("a", "key", "value", Durability::kMemory);
  run.Reopen();
  run.Reopen();
}

}  // namespace

const std::vector<StoreScript>& StoreScripts() {
  static const std::vector<StoreScript> scripts = {
      {"SinglePuts", SinglePuts},
      {"OsBatches", OsBatches},
      {"MixedDurabilities", MixedDurabilities},
      {"Overwrite", Overwrite},
      {"Deletes", Deletes},
      {"Flush", Flush},
      {"Compaction", Compaction},
      {"Namespaces", Namespaces},
      {"DerivedState", DerivedState},
      {"ReopenInTheMiddle", ReopenInTheMiddle},
      {"BigValues", BigValues},
      {"ManyNamespaces", ManyNamespaces},
      {"GenerationSwitches", GenerationSwitches},
      {"CleanCloseAndReopen", CleanCloseAndReopen},
      {"Transactions", Transactions},
      {"Ingestions", Ingestions},
  };
  return scripts;
}

}  // namespace ledgerstone
