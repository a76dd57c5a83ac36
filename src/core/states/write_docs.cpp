// Writes docs/user-states.md and its Russian twin from the tables of states, or checks that they are up to date:
//   user_states_docs_writer [--check] FOLDER
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "base/file.hpp"
#include "core/states/description.hpp"

int main(int argc, char** argv) {
  const bool check = argc == 3 && std::string_view(argv[1]) == "--check";
  if (argc != 2 && !check) {
    std::fputs("usage: user_states_docs_writer [--check] FOLDER\n", stderr);
    return 2;
  }
  int status = 0;
  for (const auto& [name, in_russian] : {std::pair{"/user-states.md", false}, {"/user-states.ru.md", true}}) {
    const std::string path = argv[argc - 1] + std::string(name);
    const std::string page = otklik::core::user_states_page(in_russian);
    const auto found = otklik::read_file(path, 1024 * 1024);
    if (check ? found && *found == page : otklik::write_atomically(path, page, 0644).has_value()) continue;
    std::fprintf(stderr,
                 check ? "%s is not what the tables print; run: cmake --build build/dev --target user_states_docs\n"
                       : "%s cannot be written\n",
                 path.c_str());
    status = 1;
  }
  return status;
}
