# otklik_embed(OUT out.cpp NAMESPACE ns ROOT folder): every file below the folder as a constant of the program, so that an
# installed binary needs nothing beside it. Declared by apps/otklik/embedded.hpp.
function(otklik_embed)
  cmake_parse_arguments(ARG "" "OUT;NAMESPACE;ROOT" "" ${ARGN})
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${ARG_ROOT} ${ARG_ROOT}/*)
  list(SORT files)
  set(entries "")
  foreach(file ${files})
    file(READ ${ARG_ROOT}/${file} content)
    string(APPEND entries "    {\"${file}\", R\"embedded(${content})embedded\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARG_ROOT}/${file})
  endforeach()
  file(CONFIGURE OUTPUT ${ARG_OUT} @ONLY CONTENT "// Made by CMake from ${ARG_NAMESPACE}.
#include \"embedded.hpp\"

namespace otklik::app::${ARG_NAMESPACE} {
namespace {
constexpr EmbeddedFile list[] = {
${entries}};
}  // namespace
std::span<const EmbeddedFile> files() { return list; }
}  // namespace otklik::app::${ARG_NAMESPACE}
")
endfunction()
