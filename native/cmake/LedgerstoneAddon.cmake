# The add-on, build/Release/ledgerstone.node. Node-API alone: the headers come from the packages
# node-api-headers and node-addon-api (through cmake-js, or from node_modules), never from V8.
if(NOT CMAKE_JS_INC)
  set(CMAKE_JS_INC "${CMAKE_SOURCE_DIR}/node_modules/node-api-headers/include"
    "${CMAKE_SOURCE_DIR}/node_modules/node-addon-api")
endif()

add_library(ledgerstone_addon SHARED ${binding_sources})
set_target_properties(ledgerstone_addon PROPERTIES PREFIX "" OUTPUT_NAME ledgerstone SUFFIX ".node"
  LIBRARY_OUTPUT_DIRECTORY "${CMAKE_SOURCE_DIR}/build/Release")
target_include_directories(ledgerstone_addon SYSTEM PRIVATE ${CMAKE_JS_INC})
target_compile_definitions(ledgerstone_addon PRIVATE NAPI_VERSION=9 NAPI_DISABLE_CPP_EXCEPTIONS
  BUILDING_NODE_EXTENSION)
target_link_libraries(ledgerstone_addon PRIVATE ledgerstone_engine)
if(APPLE)
  target_link_options(ledgerstone_addon PRIVATE -undefined dynamic_lookup)
else()
  # Once loaded it stays: Node unloads a worker's add-ons with the worker.
  target_link_options(ledgerstone_addon PRIVATE -Wl,--exclude-libs,ALL -Wl,-z,nodelete)
endif()
