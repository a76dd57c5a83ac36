# The three kinds of target of this project. A folder of src/ is one static library of the same name.

# otklik_library(NAME SOURCES a.cpp ... DEPENDS otklik_base ... [PRIVATE_DEPENDS ...])
function(otklik_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(otklik_${name} STATIC ${ARG_SOURCES})
  target_include_directories(otklik_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(otklik_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
  target_precompile_headers(otklik_${name} PRIVATE <string> <string_view> <vector> <memory> <functional> <chrono>
    <expected> <optional> <variant> <span> <map> <unordered_map> <algorithm> <fmt/format.h>)
endfunction()

# otklik_unit_test(NAME SOURCES ... DEPENDS ...): a GoogleTest program; every case is one CTest test, labelled "unit".
function(otklik_unit_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;DEPENDS" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_options(${name} PRIVATE -Wno-global-constructors)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 300)
endfunction()

# otklik_fuzz_target(NAME SOURCES ... DEPENDS ... CORPUS folder RUNS n): a libFuzzer program; CTest runs it over
# its corpus and then for a bounded number of inputs. Longer by hand: build/asan/tests/fuzz/NAME CORPUS
function(otklik_fuzz_target name)
  cmake_parse_arguments(ARG "" "CORPUS;RUNS" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS})
  if(NOT OTKLIK_SANITIZE MATCHES "thread")  # libFuzzer and TSan do not live in one program
    target_compile_options(${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_test(NAME fuzz.${name}
      COMMAND ${name} -runs=${ARG_RUNS} -seed=1 -max_len=8192 -timeout=20 -rss_limit_mb=2048 -print_final_stats=1
              ${CMAKE_CURRENT_BINARY_DIR}/${name}.found ${ARG_CORPUS})
    file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${name}.found)
    set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 600)
  else()
    set_target_properties(${name} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
endfunction()
