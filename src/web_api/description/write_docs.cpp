// Writes the pages that are rendered from the table of methods, or checks that they are up to date:
//   web_api_docs_writer [--check] FOLDER
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "base/file.hpp"
#include "web_api/description/description.hpp"

namespace {

using otklik::web_api::describe_markdown;
using otklik::web_api::Language;

bool is_same(const std::string& path, const std::string& text) {
  const auto found = otklik::read_file(path, 16 * 1024 * 1024);
  return found && *found == text;
}

bool write(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  return static_cast<bool>(out.flush());
}

}  // namespace

int main(int argc, char** argv) {
  const bool check = argc == 3 && std::string_view(argv[1]) == "--check";
  if (argc != 2 && !check) {
    std::fputs("usage: web_api_docs_writer [--check] FOLDER\n", stderr);
    return 2;
  }
  int status = 0;
  for (const auto& [name, language] : {std::pair{"/web-api.md", Language::en}, {"/web-api.ru.md", Language::ru}}) {
    const std::string path = argv[argc - 1] + std::string(name);
    const std::string text = describe_markdown(language);
    if (check ? is_same(path, text) : write(path, text)) continue;
    std::fprintf(stderr,
                 check ? "%s is not what the table renders; run: cmake --build build/dev --target web_api_docs\n"
                       : "%s cannot be written\n",
                 path.c_str());
    status = 1;
  }
  return status;
}
