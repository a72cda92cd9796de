# moadon_integration_test(NAME [TIMEOUT seconds] [COST seconds] [CLASS class... OF file]): runs NAME_test.py of the current folder,
# or some classes of FILE_test.py, against the built programs, which are all it knows of the product. Exit 77 counts as
# skipped. COST is what a slow test takes on a quiet machine: the dearest start first, so that none runs alone at the end.
if(NOT MOADON_TESTS)
  return()
endif()

# The distribution's Python first: it is the one that sees the distribution's grpcio and protobuf.
find_program(MOADON_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(MOADON_PYTHON python3 REQUIRED)

set(MOADON_TEST_DATA "${PROJECT_SOURCE_DIR}/../shared/data" CACHE PATH "Real sales for tests; optional")

function(moadon_integration_test name)
  cmake_parse_arguments(arg "" "TIMEOUT;COST;OF" "CLASS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  if(NOT arg_OF)
    set(arg_OF ${name})
  endif()
  if(NOT arg_COST)
    set(arg_COST 0)
  endif()
  add_test(NAME ${name}
    COMMAND ${MOADON_PYTHON} -B ${PROJECT_SOURCE_DIR}/tests/integration/run.py
            ${CMAKE_CURRENT_SOURCE_DIR}/${arg_OF}_test.py ${arg_CLASS})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} COST ${arg_COST} SKIP_RETURN_CODE 77
    ENVIRONMENT "MOADON_BUILD=${PROJECT_BINARY_DIR};MOADON_TEST_DATA=${MOADON_TEST_DATA};PYTHONPATH=${PROJECT_SOURCE_DIR}/tests/integration")
endfunction()
