otklik_fuzz_target(event_segment SOURCES event_segment.cpp DEPENDS otklik_event_log
  CORPUS ${CMAKE_CURRENT_SOURCE_DIR}/event_segment.corpus RUNS 20000)
otklik_fuzz_target(event_payload SOURCES event_payload.cpp DEPENDS otklik_event_log
  CORPUS ${CMAKE_CURRENT_SOURCE_DIR}/event_payload.corpus RUNS 20000)
