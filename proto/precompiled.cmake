# The headers that nearly every file includes, parsed once: without this, parsing them is more than half of the build.
#   moadon_precompiled(TARGET moadon_message_headers|moadon_service_headers|moadon_test_headers)
# Only with GCC: Clang wants every target's definitions to be the same. The release preset builds without, so that a file
# which forgets an include is found there.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU" OR CMAKE_DISABLE_PRECOMPILE_HEADERS)
  function(moadon_precompiled target headers)
  endfunction()
  return()
endif()

file(GLOB message_headers RELATIVE ${CMAKE_CURRENT_LIST_DIR} CONFIGURE_DEPENDS
  ${CMAKE_CURRENT_LIST_DIR}/moadon/v1/*.proto)
list(TRANSFORM message_headers REPLACE "(.+)\\.proto$" "<\\1.pb.h>")
list(TRANSFORM message_headers REPLACE "\\.pb\\.h" ".grpc.pb.h" OUTPUT_VARIABLE service_headers)
list(APPEND message_headers
  <algorithm> <array> <atomic> <filesystem> <fstream> <limits> <map> <memory> <optional> <random> <set> <string> <thread>
  <vector>
  <absl/container/flat_hash_map.h> <absl/container/flat_hash_set.h> <absl/status/statusor.h> <absl/strings/escaping.h>
  <absl/strings/str_cat.h> <absl/strings/str_join.h> <absl/synchronization/mutex.h> <absl/time/civil_time.h>
  <absl/time/time.h>)

function(moadon_precompiled_headers name)
  set(nothing ${PROJECT_BINARY_DIR}/${name}.cpp)
  file(CONFIGURE OUTPUT ${nothing} CONTENT "// Only there to have headers precompiled.\n")
  add_library(${name} OBJECT ${nothing})
  target_link_libraries(${name} PRIVATE moadon_build moadon_proto absl::flat_hash_map absl::flat_hash_set
    absl::statusor absl::strings absl::synchronization absl::time)
  target_precompile_headers(${name} PRIVATE ${message_headers} ${ARGN})
endfunction()

moadon_precompiled_headers(moadon_message_headers)
moadon_precompiled_headers(moadon_service_headers ${service_headers})
if(MOADON_TESTS)
  moadon_precompiled_headers(moadon_test_headers ${PROJECT_SOURCE_DIR}/tests/catch.h)
  # As programs are compiled, not libraries.
  set_target_properties(moadon_test_headers PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(moadon_test_headers PRIVATE -fPIE ${moadon_test_options})
endif()

function(moadon_precompiled target headers)
  target_precompile_headers(${target} REUSE_FROM ${headers})
  # GCC forgets that precompiled code of the standard library is not ours, and sees faults in it where there are none.
  target_compile_options(${target} PRIVATE
    "$<$<COMPILE_LANGUAGE:CXX>:-Wno-array-bounds;-Wno-stringop-overflow;-Wno-stringop-overread>")
endfunction()
