#include "web_api/file_answer.hpp"

namespace otklik::web_api {

std::string etag_of(std::uint64_t size, std::int64_t written_ns) {
  return fmt::format("\"{:x}-{:x}\"", size, static_cast<std::uint64_t>(written_ns));
}

}  // namespace otklik::web_api
