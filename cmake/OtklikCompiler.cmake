# Compiler flags, ccache, the linker and the sanitizers. Nothing here knows a target.

find_program(OTKLIK_CCACHE ccache)
if(OTKLIK_CCACHE)
  # Precompiled headers change their time stamp at every build; without these two every hit is lost. They also hold the
  # path of their build folder, so that no other checkout would ever find what this one compiled: what stands for one is
  # a sum of its own, see otklik_precompile(), and the compiler is told its name in a way that ccache makes relative.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime"
      "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" "CCACHE_NOHASHDIR=1" "CCACHE_PCH_EXTSUM=1" ${OTKLIK_CCACHE})
  set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -include-pch <PCH_FILE>)
endif()

# "Dev": quick to build, quick enough to run tests with, good stacks.
set(CMAKE_CXX_FLAGS_DEV "-O1 -gline-tables-only -fno-omit-frame-pointer")
set(CMAKE_C_FLAGS_DEV "-O1 -gline-tables-only -fno-omit-frame-pointer")
set(CMAKE_EXE_LINKER_FLAGS_DEV "")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -gline-tables-only -fno-omit-frame-pointer")  # assertions stay: our own mistakes must stop us

add_compile_options(
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Wold-style-cast
  -Wimplicit-fallthrough -Werror=return-type -Werror=unused-result
  -fstack-protector-strong "SHELL:-Xclang -fno-pch-timestamp")
add_compile_definitions(_GLIBCXX_ASSERTIONS)
if(NOT CMAKE_BUILD_TYPE STREQUAL "Dev")
  add_compile_definitions(_FORTIFY_SOURCE=2)
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(OTKLIK_SANITIZE)
  add_compile_options(-fsanitize=${OTKLIK_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${OTKLIK_SANITIZE})
  if(OTKLIK_SANITIZE MATCHES "address")
    add_compile_options(-fsanitize=fuzzer-no-link)
  endif()
endif()

add_link_options(-fuse-ld=lld -Wl,--gc-sections -Wl,-z,relro,-z,now)
