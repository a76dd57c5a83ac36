#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/base64.hpp"
#include "base/unique_fd.hpp"
#include "pbx/recordings.hpp"

namespace otklik::pbx {

Result<DigestedFile> digest_file(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd) return fail(errno == ENOENT ? ErrorCode::not_found : ErrorCode::failed, "a recording cannot be read");
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) return fail(ErrorCode::failed);
  std::array<char, 64UL * 1024> piece{};
  DigestedFile digest;
  for (;;) {
    const ssize_t got = ::read(fd.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::failed, "a recording cannot be read");
    if (got == 0) break;
    EVP_DigestUpdate(context.get(), piece.data(), static_cast<std::size_t>(got));
    digest.size += static_cast<std::uint64_t>(got);
  }
  ::posix_fadvise(fd.get(), 0, 0, POSIX_FADV_DONTNEED);  // nobody reads it soon
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned length = 0;
  if (EVP_DigestFinal_ex(context.get(), sum.data(), &length) != 1) return fail(ErrorCode::failed);
  digest.sha256 = hex(std::string_view(reinterpret_cast<const char*>(sum.data()), length));
  return digest;
}

}  // namespace otklik::pbx
