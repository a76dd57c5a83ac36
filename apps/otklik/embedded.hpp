#pragma once
#include <span>
#include <string_view>

/// Files that the program carries in itself (cmake/OtklikEmbed.cmake).
namespace otklik::app {

struct EmbeddedFile {
  std::string_view path;  ///< relative, with `/`
  std::string_view content;
};

/// examples/demo: the demo company's scenarios and pages, laid out as in the data folder.
namespace demo_files {
std::span<const EmbeddedFile> files();
}

}  // namespace otklik::app
