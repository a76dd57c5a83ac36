#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/http/request.hpp"

namespace otklik::net {

/// What tells one state of a representation from another.
struct Validators {
  std::string etag;  ///< with its quotes, and `W/` in front when it is weak; empty: none
  std::chrono::sys_seconds last_modified{};
  bool has_last_modified = false;
};

enum class Precondition : std::uint8_t {
  passed,
  not_modified,  ///< 304
  failed         ///< 412
};

/// If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of RFC 9110 13.2.2, for a
/// representation that exists. A date that cannot be read counts as absent.
Precondition evaluate_preconditions(const RequestHead& head, const Validators& validators);

/// Whether a Range may be honoured: no If-Range, or one that names exactly this state. RFC 9110 13.1.5.
bool range_applies(const RequestHead& head, const Validators& validators);

}  // namespace otklik::net
