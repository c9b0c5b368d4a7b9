#include "testing/list_shrinker.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace ledgerstone {
namespace {

class Shrinker {
 public:
  Shrinker(OperationList list, const Fails& fails, size_t attempts)
      : list_(std::move(list)), fails_(fails), attempts_(attempts) {}

  OperationList Run() {
    for (size_t before = SIZE_MAX; Weight() < before && attempts_ > 0;) {
      before = Weight();
      for (size_t piece = std::max<size_t>(list_.size() / 2, 1); piece > 0; piece /= 2)
        LeaveOut(piece);
      for (size_t i = 0; i < list_.size(); ++i) LeaveOutEntries(i);
      for (size_t i = 0; i < list_.size(); ++i) Simplify(i);
    }
    return list_;
  }

 private:
  using Change = void (*)(StoreOperation*);
  using EntryChange = void (*)(OperationEntry*);

  size_t Weight() const {
    size_t weight = list_.size();
    for (const StoreOperation& operation : list_) weight += operation.entries.size();
    return weight;
  }

  bool Keep(OperationList candidate) {
    if (attempts_ == 0) return false;
    --attempts_;
    if (!fails_(candidate)) return false;
    list_ = std::move(candidate);
    return true;
  }

  // From the end: what follows the failure goes first.
  void LeaveOut(size_t piece) {
    for (size_t end = list_.size(); end > 0 && list_.size() > 1;) {
      const size_t begin = end - std::min(end, piece);
      OperationList candidate = list_;
      candidate.erase(candidate.begin() + static_cast<std::ptrdiff_t>(begin),
                      candidate.begin() + static_cast<std::ptrdiff_t>(end));
      if (!candidate.empty()) (void)Keep(std::move(candidate));
      end = begin;
    }
  }

  void LeaveOutEntries(size_t at) {
    for (size_t piece = list_[at].entries.size(); piece > 0; piece /= 2) {
      for (size_t end = list_[at].entries.size(); end > 0;) {
        const size_t begin = end - std::min(end, piece);
        OperationList candidate = list_;
        auto& entries = candidate[at].entries;
        entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(begin),
                      entries.begin() + static_cast<std::ptrdiff_t>(end));
        (void)Keep(std::move(candidate));
        end = begin;
      }
    }
  }

  void Simplify(size_t at) {
    static constexpr std::array<Change, 9> kChanges = {
        // One flush says what many writes that fill a generation say.
        [](StoreOperation* o) {
          if (o->entries.empty()) return;
          *o = StoreOperation();
          o->kind = OperationKind::kFlush;
        },
        [](StoreOperation* o) { o->durability = Durability::kMemory; },
        [](StoreOperation* o) { o->view = o->kind == OperationKind::kGet ? 0 : o->view; },
        [](StoreOperation* o) { o->memory_first = false; },
        [](StoreOperation* o) { o->pause = 0; },
        [](StoreOperation* o) { o->amount = o->kind == OperationKind::kScan ? 0 : 1; },
        [](StoreOperation* o) { o->reverse = false; },
        [](StoreOperation* o) {
          if (o->kind != OperationKind::kGet) o->lower = kOpenBound;
        },
        [](StoreOperation* o) { o->upper = kOpenBound; },
    };
    static constexpr std::array<EntryChange, 3> kEntryChanges = {
        [](OperationEntry* entry) { entry->padding = 0; },
        [](OperationEntry* entry) { entry->begins_batch = false; },
        [](OperationEntry* entry) { entry->action = EntryAction::kPut; },
    };
    for (const Change change : kChanges) {
      OperationList candidate = list_;
      change(&candidate[at]);
      if (candidate[at] != list_[at]) (void)Keep(std::move(candidate));
    }
    for (size_t i = 0; i < list_[at].entries.size(); ++i) {
      for (const EntryChange change : kEntryChanges) {
        OperationList candidate = list_;
        change(&candidate[at].entries[i]);
        if (candidate[at] != list_[at]) (void)Keep(std::move(candidate));
      }
    }
  }

  OperationList list_;
  const Fails& fails_;
  size_t attempts_;
};

}  // namespace

OperationList Shrunk(OperationList list, const Fails& fails, size_t attempts_max) {
  return Shrinker(std::move(list), fails, attempts_max).Run();
}

}  // namespace ledgerstone
