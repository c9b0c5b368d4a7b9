# The add-on, build/Release/ledgerstone.node. Node-API alone: the headers come from the packages
# node-api-headers and node-addon-api (through cmake-js, or from node_modules), never from V8.
# On x86-64 Linux with glibc the target ledgerstone_prebuilt links the same code once more, for
# packing: it also loads on systems that are older than this one.
if(NOT CMAKE_JS_INC)
  set(CMAKE_JS_INC "${CMAKE_SOURCE_DIR}/node_modules/node-api-headers/include"
    "${CMAKE_SOURCE_DIR}/node_modules/node-addon-api")
endif()

add_library(ledgerstone_binding OBJECT ${binding_sources})
target_include_directories(ledgerstone_binding SYSTEM PRIVATE ${CMAKE_JS_INC})
target_compile_definitions(ledgerstone_binding PRIVATE NAPI_VERSION=9 NAPI_DISABLE_CPP_EXCEPTIONS
  BUILDING_NODE_EXTENSION)
target_link_libraries(ledgerstone_binding PUBLIC ledgerstone_engine)

# ledgerstone_add_addon(<target> <output folder>)
function(ledgerstone_add_addon target folder)
  add_library(${target} SHARED $<TARGET_OBJECTS:ledgerstone_binding>)
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME ledgerstone SUFFIX ".node"
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_SOURCE_DIR}/${folder}" LINKER_LANGUAGE CXX)
  target_link_libraries(${target} PRIVATE ledgerstone_binding)
  if(APPLE)
    target_link_options(${target} PRIVATE -undefined dynamic_lookup)
  else()
    # Once loaded it stays (nodelete): Node unloads a worker's add-ons with the worker.
    target_link_options(${target} PRIVATE -Wl,--exclude-libs,ALL -Wl,-z,nodelete
      "-Wl,--version-script=${CMAKE_SOURCE_DIR}/native/cmake/addon.map")
  endif()
endfunction()

ledgerstone_add_addon(ledgerstone_addon build/Release)

# libgcc stays shared, since Node itself needs it: one unwinder for the process.
if(CMAKE_SYSTEM_NAME STREQUAL "Linux" AND CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64"
    AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND prebuilt_sources)
  ledgerstone_add_addon(ledgerstone_prebuilt build/Prebuilt)
  set_target_properties(ledgerstone_prebuilt PROPERTIES EXCLUDE_FROM_ALL ON)
  target_sources(ledgerstone_prebuilt PRIVATE ${prebuilt_sources})
  target_link_options(ledgerstone_prebuilt PRIVATE -static-libstdc++ -Wl,--gc-sections -Wl,-S)
  foreach(source ${prebuilt_sources})
    set_property(SOURCE ${source} PROPERTY COMPILE_OPTIONS -Wall -Wextra -Wconversion -Wshadow)
    file(STRINGS "${source}" wrapped REGEX "^(OLD\\(|MADE int __wrap_)")
    foreach(line ${wrapped})
      string(REGEX REPLACE "^(OLD\\(|MADE int __wrap_)([a-z0-9_]+).*" "\\2" symbol "${line}")
      target_link_options(ledgerstone_prebuilt PRIVATE "-Wl,--wrap=${symbol}")
    endforeach()
  endforeach()
endif()
