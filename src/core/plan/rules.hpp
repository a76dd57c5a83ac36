#pragma once
#include "base/error.hpp"
#include "core/plan/parts.hpp"

/// What the parts of a plan may hold, each by itself. Whether a name is taken, and whether what it refers to is there,
/// is the store's to say. All errors are `bad_request` with a text for the person who typed it.
namespace otklik::core {

/// How many targets a rule has at most.
inline constexpr std::size_t most_targets = 1000;

Result<> check_line(const Line& line);
Result<> check_workplace(const Workplace& workplace);
/// A number carries what its kind needs and nothing else.
Result<> check_number(const InternalNumber& number);
Result<> check_trunk(const Trunk& trunk);
Result<> check_redirect(const RedirectRule& rule);
Result<> check_recording_rule(const RecordingRule& rule);

/// 1 to 128 printable ASCII characters without blanks at the ends: what phones can be told.
Result<> check_sip_secret(std::string_view secret);

}  // namespace otklik::core
