// Writes docs/call-lifecycle.md from the tables of calls, or checks that it is up to date:
//   call_lifecycle_docs_writer [--check] FOLDER
#include <cstdio>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "core/calls/description.hpp"

int main(int argc, char** argv) {
  const bool check = argc == 3 && std::string_view(argv[1]) == "--check";
  if (argc != 2 && !check) {
    std::fputs("usage: call_lifecycle_docs_writer [--check] FOLDER\n", stderr);
    return 2;
  }
  const std::string path = argv[argc - 1] + std::string("/call-lifecycle.md");
  const std::string page = otklik::core::call_lifecycle_page();
  const auto found = otklik::read_file(path, 1024 * 1024);
  if (check ? found && *found == page : otklik::write_atomically(path, page, 0644).has_value()) return 0;
  std::fprintf(stderr,
               check ? "%s is not what the tables print; run: cmake --build build/dev --target call_lifecycle_docs\n"
                     : "%s cannot be written\n",
               path.c_str());
  return 1;
}
