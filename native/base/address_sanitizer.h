// What the code tells AddressSanitizer, where it is built with it; nothing elsewhere.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define LS_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LS_ADDRESS_SANITIZER 1
#endif
#endif

#ifdef LS_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace ledgerstone {

#ifdef LS_ADDRESS_SANITIZER
inline constexpr bool kAddressSanitizer = true;
// From here on nobody may touch these bytes.
inline void Poison(const void* at, size_t size) { __asan_poison_memory_region(at, size); }
inline void Unpoison(const void* at, size_t size) { __asan_unpoison_memory_region(at, size); }
#else
inline constexpr bool kAddressSanitizer = false;
inline void Poison(const void*, size_t) {}
inline void Unpoison(const void*, size_t) {}
#endif

}  // namespace ledgerstone
