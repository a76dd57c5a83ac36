#include "core/plan/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "core/directory/rules.hpp"

namespace otklik::core {
namespace {

using namespace std::chrono_literals;

std::unexpected<Error> bad(std::string text) { return fail(ErrorCode::bad_request, std::move(text)); }

bool is_letter_or_digit(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// Letters, digits and `marks`, from 1 to `most` of them.
Result<> check_word(std::string_view what, std::string_view text, std::string_view marks, std::size_t most) {
  const bool fits = !text.empty() && text.size() <= most && std::ranges::all_of(text, [&](char c) {
    return is_letter_or_digit(c) || marks.find(c) != std::string_view::npos;
  });
  if (fits) return {};
  return bad(fmt::format("{} \"{}\" takes 1 to {} Latin letters, digits and {}", what, text, most, marks));
}

Result<> check_optional_digits(std::string_view what, std::string_view text) {
  return text.empty() ? Result<>{} : check_digits(what, text);
}

Result<> check_optional_name(std::string_view what, std::string_view text) {
  return text.empty() ? Result<>{} : check_name(what, text);
}

Result<> check_prefixes(std::string_view what, const std::vector<std::string>& prefixes) {
  if (prefixes.size() > most_rewrite_rules) return bad(fmt::format("{} are too many", what));
  for (const auto& prefix : prefixes) {
    if (auto fits = check_digits(what, prefix); !fits) return fits;
  }
  return {};
}

Result<> check_codecs(const std::vector<std::string>& codecs) {
  for (auto at = codecs.begin(); at != codecs.end(); ++at) {
    if (std::ranges::find(codec_names(), *at) == codec_names().end()) {
      return bad(fmt::format("the codec \"{}\" is none of {}", *at, fmt::join(codec_names(), ", ")));
    }
    if (std::find(codecs.begin(), at, *at) != at) return bad(fmt::format("the codec {} is named twice", *at));
  }
  return {};
}

Result<> check_rule(const Rule& rule) {
  if (auto fits = check_name("the rule's name", rule.name); !fits) return fits;
  if (rule.targets.size() > most_targets) return bad(fmt::format("a rule has at most {} targets", most_targets));
  for (auto at = rule.targets.begin(); at != rule.targets.end(); ++at) {
    if (std::find(rule.targets.begin(), at, *at) != at) return bad("a target is named twice");
  }
  if (rule.ring_time < 1s || rule.ring_time > 600s) return bad("the ring time is from 1 to 600 seconds");
  if (rule.queue_limit > 10'000) return bad("the queue's limit is from 0 to 10000");
  if (rule.longest_wait < 0s || rule.longest_wait > 24h) return bad("the longest wait is from 0 to 86400 seconds");
  return {};
}

Result<> check_by_kind(const InternalNumber& number) {
  const bool is_hotline = number.special == SpecialKind::sip_hotline;
  if ((number.kind == NumberKind::special) != (number.special != SpecialKind::none)) {
    return bad("a special number does one special thing, and no other number does");
  }
  if ((number.kind == NumberKind::ivr) == number.scenario.empty()) {
    return bad("an IVR number has a scenario, and no other number has one");
  }
  if (number.kind == NumberKind::standard) return check_rule(number.rule);
  if (number.rule != Rule{}) return bad("only a standard number has a rule");
  if ((number.kind == NumberKind::speed || is_hotline) && number.target.empty()) {
    return bad("a speed number and a hotline have a target");
  }
  const bool may_have_target = number.kind == NumberKind::speed || number.kind == NumberKind::emergency || is_hotline;
  if (!may_have_target && !number.target.empty()) return bad("this kind of number has no target");
  return {};
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`.
Result<> check_server(std::string_view server) {
  const bool is_host = check_word("", server, ".-:[]", 255).has_value();
  const bool has_port = Endpoint::parse(server).has_value();
  const bool is_bare = server.find(':') == std::string_view::npos || server.ends_with(']');
  if (is_host && (has_port || is_bare)) return {};
  return bad(fmt::format("the trunk's server \"{}\" is no host and no host:port", server));
}

}  // namespace

Result<> check_sip_secret(std::string_view secret) {
  const bool fits = !secret.empty() && secret.size() <= 128 && trim(secret).size() == secret.size() &&
                    std::ranges::all_of(secret, [](char c) { return c >= 0x20 && c < 0x7F; });
  if (fits) return {};
  return bad("a SIP password takes 1 to 128 printable ASCII characters, and no blank at its ends");
}

Result<> check_line(const Line& line) {
  if (auto fits = check_word("the line's number", line.number, "._-", 32); !fits) return fits;
  if (auto fits = check_optional_name("the line's name", line.name); !fits) return fits;
  if (auto fits = check_word("the SIP user name", line.sip_user, "._-+*#", 64); !fits) return fits;
  if (auto fits = check_optional_digits("the caller id", line.caller_id_outside); !fits) return fits;
  return check_codecs(line.codecs);
}

Result<> check_workplace(const Workplace& workplace) { return check_name("the workplace's name", workplace.name); }

Result<> check_number(const InternalNumber& number) {
  if (auto fits = check_digits("the number", number.digits); !fits) return fits;
  if (number.digits.starts_with('+')) return bad("an internal number has no + in front");
  if (auto fits = check_optional_name("the number's name", number.name); !fits) return fits;
  if (auto fits = check_optional_digits("the target", number.target); !fits) return fits;
  if (auto fits = check_optional_name("the scenario's name", number.scenario); !fits) return fits;
  return check_by_kind(number);
}

Result<> check_trunk(const Trunk& trunk) {
  if (auto fits = check_name("the trunk's name", trunk.name); !fits) return fits;
  if (auto fits = check_word("the number of the trunk's line", trunk.number, "._-", 32); !fits) return fits;
  if (auto fits = check_server(trunk.server); !fits) return fits;
  if (trunk.transport != "udp" && trunk.transport != "tcp" && trunk.transport != "tls") {
    return bad(fmt::format("the transport \"{}\" is none of udp, tcp, tls", trunk.transport));
  }
  if (!trunk.domain.empty()) {
    if (auto fits = check_word("the trunk's domain", trunk.domain, ".-:[]", 255); !fits) return fits;
  }
  if (!trunk.login.empty()) {
    if (auto fits = check_word("the trunk's login", trunk.login, "._-+*#@", 128); !fits) return fits;
  } else if (trunk.kind == TrunkKind::registering) {
    return bad("a trunk that registers needs a login");
  }
  if (trunk.sources.size() > most_rewrite_rules) return bad("the trunk's sources are too many");
  if (auto fits = check_optional_digits("the trunk's caller id", trunk.caller_id); !fits) return fits;
  if (auto fits = check_prefixes("the trunk's prefixes", trunk.prefixes); !fits) return fits;
  if (auto fits = check_optional_digits("the number of incoming calls", trunk.incoming_number); !fits) return fits;
  return check_codecs(trunk.codecs);
}

Result<> check_redirect(const RedirectRule& rule) {
  if (auto fits = check_digits("the destination", rule.destination); !fits) return fits;
  if (auto fits = check_optional_name("the caption", rule.caption); !fits) return fits;
  if (auto fits = check_optional_name("the description", rule.description); !fits) return fits;
  return check_prefixes("the sources", rule.sources);
}

Result<> check_recording_rule(const RecordingRule& rule) {
  if (auto fits = check_optional_name("the rule's name", rule.name); !fits) return fits;
  return check_optional_digits("the prefix", rule.prefix);
}

}  // namespace otklik::core
