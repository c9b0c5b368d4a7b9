# zstd and LZ4: compiled from the sources that two development packages of npm carry, or, where
# those are not installed, the system's libraries. Static where there is a choice.
set(LEDGERSTONE_ZSTD_DIR "${CMAKE_SOURCE_DIR}/node_modules/zstd-napi/deps/zstd/lib"
  CACHE PATH "The lib folder of zstd's sources")
set(LEDGERSTONE_LZ4_DIR "${CMAKE_SOURCE_DIR}/node_modules/lmdb/dependencies/lz4/lib"
  CACHE PATH "The lib folder of LZ4's sources")

# ledgerstone_codec(<name> <source folder> <header>)
function(ledgerstone_codec name root header)
  set(target ledgerstone_${name})
  if(EXISTS "${root}/${header}")
    ledgerstone_list(files "${root}" ${name})
    add_library(${target} STATIC ${files})
    target_include_directories(${target} SYSTEM PUBLIC "${root}")
    target_compile_definitions(${target} PRIVATE ZSTD_DISABLE_ASM=1
      ZSTDLIB_VISIBLE= ZSTDERRORLIB_VISIBLE=)
    target_compile_options(${target} PRIVATE -w)
    if(LEDGERSTONE_SANITIZE)
      # Not ours to mend: LZ4 computes pointers from a null one when there is nothing to unpack.
      target_compile_options(${target} PRIVATE -fno-sanitize=all)
    endif()
    return()
  endif()
  find_path(LEDGERSTONE_${name}_INCLUDE ${header})
  find_library(LEDGERSTONE_${name}_LIBRARY NAMES lib${name}.a ${name})
  if(NOT LEDGERSTONE_${name}_INCLUDE OR NOT LEDGERSTONE_${name}_LIBRARY)
    message(FATAL_ERROR "${name} is missing: neither its sources (${root}) nor the system's "
      "library were found. Run 'npm ci --ignore-scripts', or install lib${name}-dev.")
  endif()
  add_library(${target} INTERFACE)
  target_include_directories(${target} SYSTEM INTERFACE "${LEDGERSTONE_${name}_INCLUDE}")
  target_link_libraries(${target} INTERFACE "${LEDGERSTONE_${name}_LIBRARY}")
endfunction()

ledgerstone_codec(zstd "${LEDGERSTONE_ZSTD_DIR}" zstd.h)
ledgerstone_codec(lz4 "${LEDGERSTONE_LZ4_DIR}" lz4.h)
