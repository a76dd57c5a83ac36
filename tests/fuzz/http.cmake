# The parsers of net/.
foreach(target http_head http_chunked form range mime_head mime_multipart mime_transfer)
  otklik_fuzz_target(${target}_fuzz
    SOURCES ${target}_fuzz.cpp
    DEPENDS otklik_net
    CORPUS ${CMAKE_CURRENT_SOURCE_DIR}/${target}_corpus
    RUNS 20000)
endforeach()
