#include "files/links.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "base/base64.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "base/unique_fd.hpp"

namespace otklik::files {
namespace {

using core::FileArea;

// A code: one byte for the area and the layout, five for the second it was made in (big-endian, since 1970), the file's
// id, and the first half of the HMAC-SHA-256 over all before it.
constexpr std::size_t moment_size = 5;
constexpr std::size_t id_at = 1 + moment_size;
constexpr std::size_t signature_at = id_at + 16;
constexpr std::size_t code_bytes = signature_at + 16;
constexpr std::size_t code_size = 51;  // of base64

/// So that a signature of this key can never be one for another purpose.
constexpr std::string_view purpose = "otklik link 1\n";

constexpr char recording_mark = 'r';
constexpr char fax_mark = 'f';

char mark_of(FileArea area) noexcept {
  return area == FileArea::recording ? recording_mark : area == FileArea::fax ? fax_mark : '\0';
}

std::string_view bytes_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

std::unexpected<Error> no_such_link() { return fail(ErrorCode::not_found, "There is no such file"); }

std::size_t find_in_any_case(std::string_view text, std::string_view word) noexcept {
  for (std::size_t at = 0; at + word.size() <= text.size(); ++at) {
    if (iequals_ascii(text.substr(at, word.size()), word)) return at;
  }
  return std::string_view::npos;
}

}  // namespace

Result<LinkKey> load_or_make_link_key(const std::string& path) {
  const auto text = read_file(path, 1024);
  if (!text && text.error().code != ErrorCode::not_found) return std::unexpected(text.error());
  LinkKey key{};
  if (!text) {
    struct stat there{};
    if (::lstat(path.c_str(), &there) == 0) return fail(ErrorCode::failed, path + " cannot be read");
    random_bytes(key);
    const std::string line = base64_url(bytes_of(key.data(), key.size())) + "\n";
    if (auto written = write_atomically(path, line, 0600); !written) return std::unexpected(written.error());
    return key;
  }
  const auto bytes = from_base64(trim(*text));
  if (!bytes || bytes->size() != key.size()) {
    return fail(ErrorCode::failed, path +
                                       " holds no key: bring it back from a backup, or remove it, which ends every "
                                       "link that was handed out");
  }
  if (::chmod(path.c_str(), 0600) != 0) log::warn("{} may be readable by others", path);
  std::memcpy(key.data(), bytes->data(), key.size());
  return key;
}

Links::Signature Links::sign(std::string_view content) const {
  std::string signed_text(purpose);
  signed_text += content;
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const std::uint8_t*>(signed_text.data()), signed_text.size(), digest.data(), &size);
  Signature signature{};
  std::copy_n(digest.begin(), signature.size(), signature.begin());
  return signature;
}

std::string Links::code_of(FileArea area, const Uuid& file) const {
  std::string code(1, mark_of(area));
  const auto seconds =
      static_cast<std::uint64_t>(std::chrono::floor<std::chrono::seconds>(clock_.now()).time_since_epoch().count());
  for (std::size_t i = 0; i < moment_size; ++i) {
    code += static_cast<char>(static_cast<std::uint8_t>(seconds >> (8 * (moment_size - 1 - i))));
  }
  code += bytes_of(file.bytes.data(), file.bytes.size());
  const Signature signature = sign(code);
  code += bytes_of(signature.data(), signature.size());
  return base64_url(code);
}

Result<std::string> Links::link_to(const core::StoredFile& file) {
  switch (file.area) {
    case FileArea::recording:
      return "/download/rec/" + code_of(file.area, file.id);
    case FileArea::fax:
      return "/download/fax/" + code_of(file.area, file.id);
    case FileArea::voicemail:
      return "/download/vm/" + file.id.text();
    default:
      return fail(ErrorCode::bad_request, "only recordings, faxes and voicemails have links");
  }
}

Result<Uuid> Links::file_of(FileArea area, std::string_view code_or_link) const {
  const auto code = code_in(code_or_link);
  if (code.size() != code_size) return no_such_link();
  const auto bytes = from_base64(code);
  // One code, one spelling: the last character has bits that stand for nothing.
  if (!bytes || bytes->size() != code_bytes || base64_url(*bytes) != code) return no_such_link();
  const Signature right = sign(std::string_view(*bytes).substr(0, signature_at));
  if (CRYPTO_memcmp(right.data(), bytes->data() + signature_at, right.size()) != 0) return no_such_link();
  if (bytes->front() != mark_of(area)) return no_such_link();
  if (const std::chrono::seconds lifetime = lifetime_; lifetime != std::chrono::seconds::zero()) {
    std::int64_t seconds = 0;
    for (std::size_t i = 0; i < moment_size; ++i) seconds = seconds << 8 | static_cast<std::uint8_t>((*bytes)[1 + i]);
    if (clock_.now() >= Time(std::chrono::seconds(seconds)) + lifetime) return no_such_link();
  }
  Uuid file;
  std::memcpy(file.bytes.data(), bytes->data() + id_at, file.bytes.size());
  return file;
}

std::string_view code_in(std::string_view text) noexcept {
  constexpr std::string_view by_parameter = "recordlink=";
  text = trim(text);
  if (const auto at = find_in_any_case(text, by_parameter); at != std::string_view::npos) {
    text.remove_prefix(at + by_parameter.size());
    text = text.substr(0, text.find('&'));
  }
  text = text.substr(0, text.find_first_of("?#"));
  while (text.ends_with('/')) text.remove_suffix(1);
  return text.substr(text.rfind('/') + 1);
}

}  // namespace otklik::files
