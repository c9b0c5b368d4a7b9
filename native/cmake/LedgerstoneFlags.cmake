# Compile and link flags of everything written here; third-party sources do not get the warnings.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
if(LEDGERSTONE_COVERAGE)
  set(CMAKE_CXX_FLAGS_RELEASE "-O1 -DNDEBUG")
endif()
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(LEDGERSTONE_CCACHE ccache)
if(LEDGERSTONE_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER "${LEDGERSTONE_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${LEDGERSTONE_CCACHE}")
endif()

add_compile_options(-fstack-protector-strong)
if(LEDGERSTONE_SANITIZE)
  add_compile_options(-fsanitize=${LEDGERSTONE_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LEDGERSTONE_SANITIZE})
  add_compile_definitions(_GLIBCXX_ASSERTIONS LEDGERSTONE_INVARIANTS)
elseif(NOT LEDGERSTONE_COVERAGE)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  add_link_options(-Wl,-z,relro,-z,now)
endif()

add_library(ledgerstone_flags INTERFACE)
target_compile_options(ledgerstone_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow)
# What clang says and GCC does not: its -Wconversion has signs too, and the stable_sort of GCC's
# library uses what that library calls deprecated.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(ledgerstone_flags INTERFACE -Wno-sign-conversion
    -Wno-deprecated-declarations)
endif()
if(LEDGERSTONE_WERROR)
  target_compile_options(ledgerstone_flags INTERFACE -Werror)
endif()
# Counts for llvm-cov of the engine and of what the tests take from its headers; not of the codecs.
if(LEDGERSTONE_COVERAGE)
  target_compile_options(ledgerstone_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping
    -fcoverage-mcdc -fprofile-update=atomic)
  target_link_options(ledgerstone_flags INTERFACE -fprofile-instr-generate)
endif()
