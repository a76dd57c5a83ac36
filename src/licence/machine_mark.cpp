#include "licence/machine_mark.hpp"

#include <openssl/evp.h>

#include <array>
#include <cassert>

#include "base/base64.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace otklik::licence {

std::string machine_mark(const std::string& file) {
  const auto text = read_file(file, 4096);
  if (!text) return {};
  const auto id = trim(*text);
  // While an image is being made the file says "uninitialized": that is no machine.
  if (id.size() != 32) return {};
  const std::string message = "otklik licence machine\n" + std::string(id);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  [[maybe_unused]] const int done =
      EVP_Digest(message.data(), message.size(), digest.data(), &size, EVP_sha256(), nullptr);
  assert(done == 1);
  return hex({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace otklik::licence
