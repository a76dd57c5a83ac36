# otklik_pytest(NAME name SOURCES suite.py ... LABEL label [TIMEOUT seconds] [SERIAL]): a Python suite as one CTest test,
# run by Debian's own Python and pytest whatever else the PATH holds. The suite finds the program under test in the
# environment variable OTKLIK and the source tree in OTKLIK_SOURCE. Its report lies in pytest/NAME.xml of the build
# folder, where tests/run_tests.py counts its cases.
function(otklik_pytest)
  cmake_parse_arguments(ARG "SERIAL" "NAME;LABEL;TIMEOUT" "SOURCES" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  list(TRANSFORM ARG_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/pytest)
  add_test(NAME ${ARG_NAME}
    COMMAND /usr/bin/python3 -B -m pytest -q -p no:cacheprovider --junitxml=${CMAKE_BINARY_DIR}/pytest/${ARG_NAME}.xml
            ${ARG_SOURCES}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(${ARG_NAME} PROPERTIES
    LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "OTKLIK=$<TARGET_FILE:otklik>;OTKLIK_SOURCE=${CMAKE_SOURCE_DIR};OTKLIK_BUILD=${CMAKE_BINARY_DIR}")
  if(ARG_SERIAL)
    set_tests_properties(${ARG_NAME} PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()
