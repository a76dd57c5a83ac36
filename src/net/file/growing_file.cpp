#include "net/file/growing_file.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <span>
#include <utility>

namespace otklik::net {
namespace {

class GrowingFile final : public BodySource {
 public:
  explicit GrowingFile(std::shared_ptr<const UniqueFd> file) : file_(std::move(file)) {}

  std::size_t read(std::span<char> into) override {
    for (;;) {
      const ssize_t got = ::pread(file_->get(), into.data(), into.size(), static_cast<off_t>(offset_));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return 0;
      offset_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
  }

 private:
  const std::shared_ptr<const UniqueFd> file_;
  std::uint64_t offset_ = 0;
};

}  // namespace

Response growing_file_response(std::shared_ptr<const UniqueFd> file, std::string_view content_type) {
  Response response;
  response.add("Content-Type", content_type);
  response.add("Accept-Ranges", "none");
  response.add("Cache-Control", "no-store");
  response.body = std::make_unique<GrowingFile>(std::move(file));
  return response;
}

}  // namespace otklik::net
