// manifest.json: whatever a folder holds is read or refused in one line that names the file and a line of it.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/manifest/manifest.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik;
  const std::string_view text(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes are bytes
  const auto manifest = plugins::parse_manifest(text, "manifest.json");
  if (!manifest) {
    const auto& why = manifest.error().message;
    if (!why.starts_with("manifest.json:") || manifest.error().code != ErrorCode::bad_request) std::abort();
    return 0;
  }
  if (manifest->id.is_nil() || manifest->name.empty() || manifest->program.empty()) std::abort();
  for (const auto& form : manifest->forms) {
    if (form.id.is_nil() || manifest->find_form(form.id.text()) != &form) std::abort();
  }
  for (const auto& folder : manifest->asks.folders) {
    if (!folder.path.starts_with('/') || folder.path.find("..") != std::string::npos) {
      if (folder.path.find("/../") != std::string::npos || folder.path.ends_with("/..")) std::abort();
    }
  }
  return 0;
}
