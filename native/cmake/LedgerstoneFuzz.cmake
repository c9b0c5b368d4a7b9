# One program per fuzz target, and all of them as the target ledgerstone_fuzz. With clang they are
# libFuzzer programs; other compilers build them with the driver that LEDGERSTONE_FUZZ_DRIVER names
# (a source file with a main function).
set(LEDGERSTONE_FUZZ_DRIVER "" CACHE FILEPATH "A main function for compilers without libFuzzer")
add_custom_target(ledgerstone_fuzz DEPENDS ledgerstone_fuzz_seeds)
foreach(source ${fuzz_sources})
  get_filename_component(name "${source}" NAME_WE)
  add_executable(ledgerstone_fuzz_${name} ${source} ${LEDGERSTONE_FUZZ_DRIVER})
  target_link_libraries(ledgerstone_fuzz_${name} PRIVATE ledgerstone_engine ledgerstone_zstd
    ledgerstone_lz4)
  if(TARGET ledgerstone_testing)
    target_link_libraries(ledgerstone_fuzz_${name} PRIVATE ledgerstone_testing)
  endif()
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    target_link_options(ledgerstone_fuzz_${name} PRIVATE -fsanitize=fuzzer)
  endif()
  add_dependencies(ledgerstone_fuzz ledgerstone_fuzz_${name})
endforeach()
