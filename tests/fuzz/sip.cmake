foreach(what digest message relay sdp)
  string(REPLACE relay message corpus ${what})  # both read messages
  otklik_fuzz_target(sip_${what}_fuzz SOURCES sip_${what}_fuzz.cpp DEPENDS otklik_sip
    CORPUS ${CMAKE_CURRENT_SOURCE_DIR}/sip_${corpus}_corpus RUNS 20000)
endforeach()
