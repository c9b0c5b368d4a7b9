#include "testing/counts.h"

#include <cstdio>
#include <map>

namespace ledgerstone {
namespace {

class Counts {
 public:
  ~Counts() {
    for (const auto& [what, number] : numbers_) {
      std::printf("counted %llu %s\n", static_cast<unsigned long long>(number), what.c_str());
    }
  }
  uint64_t& operator[](const std::string& what) { return numbers_[what]; }

 private:
  std::map<std::string, uint64_t> numbers_;
};

Counts& All() {
  static Counts counts;
  return counts;
}

}  // namespace

void Count(const std::string& what, uint64_t number) { All()[what] += number; }

uint64_t Counted(const std::string& what) { return All()[what]; }

}  // namespace ledgerstone
