# Every library from outside, found once, under one name each.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(GIF 5.2 REQUIRED)

pkg_check_modules(lame REQUIRED IMPORTED_TARGET lame)
pkg_check_modules(libargon2 REQUIRED IMPORTED_TARGET libargon2)
pkg_check_modules(libcurl REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(libjpeg REQUIRED IMPORTED_TARGET libjpeg)
pkg_check_modules(libpng REQUIRED IMPORTED_TARGET libpng)
pkg_check_modules(libpq REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(libsrtp2 REQUIRED IMPORTED_TARGET libsrtp2)
pkg_check_modules(libwebp REQUIRED IMPORTED_TARGET libwebp)
pkg_check_modules(lua REQUIRED IMPORTED_TARGET lua5.4-c++)  # the C build longjmps past destructors
pkg_check_modules(opus REQUIRED IMPORTED_TARGET opus)
pkg_check_modules(pugixml REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(simdjson REQUIRED IMPORTED_TARGET simdjson)
pkg_check_modules(sofia REQUIRED IMPORTED_TARGET sofia-sip-ua)
pkg_check_modules(spandsp REQUIRED IMPORTED_TARGET spandsp)
pkg_check_modules(speexdsp REQUIRED IMPORTED_TARGET speexdsp)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)

# Debian's SOCI brings no CMake package. Its back ends are loaded by name at run time, so packaging/ names them. Its
# headers include some of Boost's.
find_package(Boost 1.81 REQUIRED)
find_path(SOCI_INCLUDE_DIR soci/soci.h REQUIRED)
find_library(SOCI_CORE_LIBRARY soci_core REQUIRED)
add_library(SOCI::soci_core INTERFACE IMPORTED)
target_include_directories(SOCI::soci_core SYSTEM INTERFACE ${SOCI_INCLUDE_DIR} ${SOCI_INCLUDE_DIR}/soci)
target_link_libraries(SOCI::soci_core INTERFACE ${SOCI_CORE_LIBRARY} Boost::headers)

find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)  # used as a header: see base/settings.cpp
find_package(CLI11 REQUIRED)

if(OTKLIK_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
