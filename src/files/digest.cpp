#include "files/digest.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <vector>

#include "base/base64.hpp"
#include "base/file.hpp"

namespace otklik::files {
namespace {

constexpr std::size_t piece_size = 256 * 1024;

}  // namespace

void Digest::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Digest::Digest() : context_(EVP_MD_CTX_new()) {
  [[maybe_unused]] const bool begun =
      context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1;
  assert(begun);
}

void Digest::add(std::string_view piece) { EVP_DigestUpdate(context_.get(), piece.data(), piece.size()); }

std::string Digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
  return hex(std::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

Result<FileDigest> digest_of(int fd) {
  Digest digest;
  std::uint64_t size = 0;
  std::vector<char> piece(piece_size);
  for (;;) {
    const ssize_t got = ::pread(fd, piece.data(), piece.size(), static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(last_system_error("read a file"));
    if (got == 0) return FileDigest{size, digest.finish()};
    digest.add({piece.data(), static_cast<std::size_t>(got)});
    static_cast<void>(::posix_fadvise(fd, static_cast<off_t>(size), got, POSIX_FADV_DONTNEED));
    size += static_cast<std::uint64_t>(got);
  }
}

}  // namespace otklik::files
