#include "net/file/file_response.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/random.hpp"
#include "net/file/byte_ranges.hpp"
#include "net/http/http_date.hpp"

namespace otklik::net {
namespace {

constexpr std::int64_t nanoseconds_a_second = 1'000'000'000;

std::string content_range(const ByteRange& range, std::uint64_t size) {
  return fmt::format("bytes {}-{}/{}", range.first, range.last, size);
}

void add_validators(Response& response, const Validators& validators) {
  response.add("ETag", validators.etag);
  response.add("Last-Modified", http_date(validators.last_modified));
  response.add("Accept-Ranges", "bytes");
}

FileParts parts_of(const std::vector<ByteRange>& ranges, const std::shared_ptr<const UniqueFd>& file,
                   std::uint64_t size, std::string_view content_type, std::string_view boundary) {
  FileParts parts;
  for (const auto& range : ranges) {
    parts.parts.push_back(
        {fmt::format("{}--{}\r\nContent-Type: {}\r\nContent-Range: {}\r\n\r\n", parts.parts.empty() ? "" : "\r\n",
                     boundary, content_type, content_range(range, size)),
         FilePiece{file, range.first, range.length()}});
  }
  parts.after = fmt::format("\r\n--{}--\r\n", boundary);
  return parts;
}

}  // namespace

Result<FileFacts> FileFacts::of(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0) return std::unexpected(last_system_error("looking at a file"));
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::not_found);
  return FileFacts{static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
                   static_cast<std::uint64_t>(status.st_size),
                   status.st_mtim.tv_sec * nanoseconds_a_second + status.st_mtim.tv_nsec};
}

Validators FileFacts::validators(Time now) const {
  const std::int64_t now_nanoseconds = now.time_since_epoch().count() * 1'000;
  const bool fresh = now_nanoseconds - modified < nanoseconds_a_second;
  Validators validators;
  validators.etag = fmt::format("{}\"{:x}-{:x}-{:x}-{:x}\"", fresh ? "W/" : "", device, inode, size,
                                static_cast<std::uint64_t>(modified));
  validators.last_modified = std::chrono::sys_seconds(
      std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds(std::min(modified, now_nanoseconds))));
  validators.has_last_modified = true;
  return validators;
}

Response file_response(const RequestHead& head, std::shared_ptr<const UniqueFd> file, const FileFacts& facts,
                       std::string_view content_type, Time now) {
  const auto validators = facts.validators(now);
  switch (evaluate_preconditions(head, validators)) {
    case Precondition::passed:
      break;
    case Precondition::not_modified: {
      auto response = Response::empty(304);
      add_validators(response, validators);
      return response;
    }
    case Precondition::failed:
      return Response::text(412, "The file is not in the state that was asked for\n");
  }
  RangeRequest wanted;
  if (head.method == Method::get && head.has_header("Range") && range_applies(head, validators)) {
    wanted = parse_ranges(head.header("Range"), facts.size);
  }
  Response response;
  switch (wanted.verdict) {
    case RangeRequest::Verdict::whole:
      response.add("Content-Type", content_type);
      response.body = FilePiece{std::move(file), 0, facts.size};
      break;
    case RangeRequest::Verdict::unsatisfiable:
      response = Response::text(416, "The file has no such range\n");
      response.add("Content-Range", fmt::format("bytes */{}", facts.size));
      break;
    case RangeRequest::Verdict::partial:
      response.status = 206;
      if (wanted.ranges.size() == 1) {
        const auto& range = wanted.ranges.front();
        response.add("Content-Type", content_type);
        response.add("Content-Range", content_range(range, facts.size));
        response.body = FilePiece{std::move(file), range.first, range.length()};
      } else {
        const auto boundary = random_text();
        response.add("Content-Type", "multipart/byteranges; boundary=" + boundary);
        response.body = parts_of(wanted.ranges, file, facts.size, content_type, boundary);
      }
      break;
  }
  add_validators(response, validators);
  return response;
}

}  // namespace otklik::net
