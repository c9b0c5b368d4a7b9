# One program per fuzz target. With clang they are libFuzzer programs; other compilers build them
# with the driver that LEDGERSTONE_FUZZ_DRIVER names (a source file with a main function).
set(LEDGERSTONE_FUZZ_DRIVER "" CACHE FILEPATH "A main function for compilers without libFuzzer")
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
endforeach()
