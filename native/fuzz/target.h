// What a fuzz target is: a function of bytes, FUZZ_TARGET(name) { … }, that sees `data` and `size`
// and stops the program where something does not hold. In a libFuzzer program there is one; the
// unit tests hold all of them, by name (fuzz/corpus_test.cc).
#pragma once

#include <cstddef>
#include <cstdint>

#ifdef LEDGERSTONE_LIBFUZZER
#define FUZZ_TARGET(name) extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size)
#else
#include <map>
#include <string>

namespace ledgerstone {

using FuzzTarget = int (*)(const uint8_t* data, size_t size);

inline std::map<std::string, FuzzTarget>& FuzzTargets() {
  static std::map<std::string, FuzzTarget> targets;
  return targets;
}

}  // namespace ledgerstone

#define FUZZ_TARGET(name)                                              \
  static int Fuzz_##name(const uint8_t* data, size_t size);            \
  [[maybe_unused]] static const bool registered_##name =               \
      ::ledgerstone::FuzzTargets().emplace(#name, Fuzz_##name).second; \
  static int Fuzz_##name(const uint8_t* data, size_t size)
#endif
