foreach(what manifest reply inputs)
  otklik_fuzz_target(plugin_${what}_fuzz SOURCES plugin_${what}_fuzz.cpp DEPENDS otklik_plugins
    CORPUS ${CMAKE_CURRENT_SOURCE_DIR}/plugin_${what}_corpus RUNS 20000)
endforeach()
