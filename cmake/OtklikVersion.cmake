# base/build_info.hpp: every figure that getversion shows comes from here, none is typed in by hand.
# SOURCE_DATE_EPOCH (reproducible builds) wins over the date of the last commit, which wins over today.
execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} log -1 --format=%ct
  OUTPUT_VARIABLE commit_time OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} rev-parse --short=12 HEAD
  OUTPUT_VARIABLE OTKLIK_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  set(commit_time $ENV{SOURCE_DATE_EPOCH})
endif()
if(commit_time STREQUAL "")
  string(TIMESTAMP commit_time %s UTC)
endif()
set(ENV{SOURCE_DATE_EPOCH} ${commit_time})
string(TIMESTAMP OTKLIK_BUILD_DATE %y%m%d UTC)
unset(ENV{SOURCE_DATE_EPOCH})
# The vendor numbers its builds by days since 2000-01-01 and by half seconds of the day.
math(EXPR OTKLIK_BUILD_DAY "(${commit_time} - 946684800) / 86400")
math(EXPR OTKLIK_BUILD_HALF_SECOND "(${commit_time} % 86400) / 2")
configure_file(${CMAKE_SOURCE_DIR}/src/base/build_info.hpp.in ${CMAKE_BINARY_DIR}/generated/base/build_info.hpp @ONLY)
include_directories(BEFORE ${CMAKE_BINARY_DIR}/generated)
# A commit changes the figures: configure anew after one.
if(EXISTS ${CMAKE_SOURCE_DIR}/.git/logs/HEAD)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/.git/logs/HEAD)
endif()
