# One folder = one module = one target:
#   headroom_module(planner SOURCES src/plan.cpp ... DEPENDS model PRIVATE_DEPENDS xgboost TESTS tests/plan_test.cpp ...)
# makes the library headroom_planner (alias headroom::planner) and the test program planner_test. Sources are
# listed by name so that a file nobody builds cannot hide. TEST_DEPENDS names further modules the tests use.
function(headroom_module name)
  cmake_parse_arguments(M "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS;TESTS;TEST_DEPENDS;TEST_LABELS" ${ARGN})
  set(target headroom_${name})
  if(M_SOURCES)
    add_library(${target} STATIC ${M_SOURCES})
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(headroom::${name} ALIAS ${target})
  target_include_directories(${target} ${scope} ${CMAKE_CURRENT_SOURCE_DIR}/include)
  target_link_libraries(${target} ${scope} ${M_DEPENDS})
  if(M_PRIVATE_DEPENDS)
    target_link_libraries(${target} PRIVATE ${M_PRIVATE_DEPENDS})
  endif()
  if(M_TESTS AND NOT HEADROOM_RUN_SKIP_TESTS)
    headroom_test(${name}_test SOURCES ${M_TESTS} DEPENDS headroom::${name} ${M_TEST_DEPENDS}
                  LABELS ${M_TEST_LABELS})
  endif()
endfunction()

# A GoogleTest program, one CTest entry per TEST. Every test sees HEADROOM_SOURCE_DIR and, if it asks, the
# headroom program's path as HEADROOM_BINARY_DIR. Label "unit" unless said otherwise. TIMEOUT: seconds, of each. ALONE: no other
# test runs beside it.
function(headroom_test name)
  cmake_parse_arguments(T "ALONE" "TIMEOUT" "SOURCES;DEPENDS;LABELS" ${ARGN})
  if(NOT T_LABELS)
    set(T_LABELS unit)
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 600)
  endif()
  add_executable(${name} ${T_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)  # tests/support
  target_link_libraries(${name} PRIVATE ${T_DEPENDS} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE HEADROOM_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                             HEADROOM_BINARY_DIR="${CMAKE_BINARY_DIR}/bin")
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES LABELS "${T_LABELS}" TIMEOUT ${T_TIMEOUT} RUN_SERIAL ${T_ALONE})
endfunction()
