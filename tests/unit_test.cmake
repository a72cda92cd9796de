# moadon_unit_test(NAME [PLAIN] SOURCES a_test.cpp... LIBRARIES target...): one Catch2 program of a folder's unit tests. PLAIN: of
# code that does not know the vocabulary.
# Random order, and Catch2 prints the seed. The tests' own files are not optimised: what they test is, and it is half their compile
# time.
set(moadon_test_options $<$<CONFIG:RelWithDebInfo>:-O0>)
function(moadon_unit_test name)
  if(NOT MOADON_TESTS)
    return()
  endif()
  cmake_parse_arguments(arg "PLAIN" "" "SOURCES;LIBRARIES" ${ARGN})
  if(NOT TARGET moadon_catch_main)
    add_library(moadon_catch_main STATIC ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/catch_main.cpp)
    target_link_libraries(moadon_catch_main PUBLIC moadon_build)
    add_library(moadon_tsan_absl_mutex OBJECT ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/tsan_absl_mutex.cpp)
    target_link_libraries(moadon_tsan_absl_mutex PUBLIC moadon_build absl::synchronization absl::strings)
  endif()
  add_executable(${name} ${arg_SOURCES} $<TARGET_OBJECTS:moadon_tsan_absl_mutex>)
  target_link_libraries(${name} PRIVATE moadon_catch_main ${arg_LIBRARIES} absl::synchronization
    ${CMAKE_DL_LIBS})
  target_compile_options(${name} PRIVATE ${moadon_test_options})
  if(NOT arg_PLAIN)
    moadon_precompiled(${name} moadon_test_headers)
  endif()
  add_test(NAME ${name} COMMAND ${name} --order rand --rng-seed time)
endfunction()
