# The three kinds of target of this project. A folder of src/ is one static library of the same name.

# otklik_library(NAME SOURCES a.cpp ... DEPENDS otklik_base ... [PRIVATE_DEPENDS ...])
function(otklik_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(otklik_${name} STATIC ${ARG_SOURCES})
  target_include_directories(otklik_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(otklik_${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_PRIVATE_DEPENDS})
  otklik_precompile(otklik_${name})
endfunction()

# otklik_precompile(TARGET [MORE...]): what nearly every file includes, read once. Headers of the system only: a change of
# ours must not compile everything anew. ccache goes by the sum beside the precompiled file: the list, and what the headers come
# from (a newer compiler or library configures anew).
set(OTKLIK_PRECOMPILED <string> <string_view> <vector> <memory> <functional> <chrono> <expected> <optional> <variant> <span>
  <map> <unordered_map> <algorithm> <fmt/format.h>)
set(precompiled_from ${CMAKE_CXX_COMPILER} /usr/include/fmt/core.h /usr/include/c++/12/string
  /usr/include/${CMAKE_LIBRARY_ARCHITECTURE}/c++/12/bits/c++config.h)
set(OTKLIK_PRECOMPILED_SUM "${OTKLIK_PRECOMPILED} ${CMAKE_CXX_COMPILER_VERSION}")
foreach(file ${precompiled_from})
  if(EXISTS ${file})
    file(SHA256 ${file} sum)
    string(APPEND OTKLIK_PRECOMPILED_SUM " ${sum}")
    set_property(DIRECTORY ${CMAKE_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endif()
endforeach()

function(otklik_precompile target)
  target_precompile_headers(${target} PRIVATE ${OTKLIK_PRECOMPILED} ${ARGN})
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.dir)
  file(CONFIGURE OUTPUT ${folder}/cmake_pch.hxx.pch.sum @ONLY CONTENT "${OTKLIK_PRECOMPILED_SUM} ${ARGN}\n")
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
  target_precompile_headers(${name} REUSE_FROM otklik_test_precompiled)
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
