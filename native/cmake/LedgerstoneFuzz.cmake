# One libFuzzer program per fuzz target, with clang; all of them are the target ledgerstone_fuzz.
add_custom_target(ledgerstone_fuzz DEPENDS ledgerstone_fuzz_seeds)
foreach(source ${fuzz_sources})
  get_filename_component(name "${source}" NAME_WE)
  add_executable(ledgerstone_fuzz_${name} ${source})
  target_compile_definitions(ledgerstone_fuzz_${name} PRIVATE LEDGERSTONE_LIBFUZZER)
  target_link_libraries(ledgerstone_fuzz_${name} PRIVATE ledgerstone_testing
    ledgerstone_engine ledgerstone_zstd ledgerstone_lz4)
  target_link_options(ledgerstone_fuzz_${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(ledgerstone_fuzz ledgerstone_fuzz_${name})
endforeach()
