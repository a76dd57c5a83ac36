#include "core/plan/digits.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/text.hpp"

namespace otklik::core {
namespace {

bool is_dialled(char32_t c) noexcept { return (c >= U'0' && c <= U'9') || c == U'*' || c == U'#'; }

/// What stands between digits for the eye alone.
bool is_separator(char32_t c) noexcept { return std::u32string_view(U" \t\u00A0-\u2011.()/").contains(c); }

/// Characters that a step of rewriting may hold.
bool is_part_of_number(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_dialled(static_cast<unsigned char>(text[i])) && !(text[i] == '+' && i == 0)) return false;
  }
  return true;
}

std::unexpected<Error> bad_rule(std::string_view rule, std::string_view why) {
  return fail(ErrorCode::bad_request, fmt::format("the rewriting rule \"{}\" {}", rule, why));
}

Result<RewriteRule> parse_rule(std::string_view text) {
  const auto first = text.find('/');
  const auto second = first == std::string_view::npos ? first : text.find('/', first + 1);
  if (second == std::string_view::npos) return bad_rule(text, "is not PREFIX/STRIP/ADD");
  const std::string_view prefix = text.substr(0, first);
  const std::string_view strip = text.substr(first + 1, second - first - 1);
  const std::string_view add = text.substr(second + 1);
  if (prefix.size() > longest_number || add.size() > longest_number || !is_part_of_number(prefix) ||
      !is_part_of_number(add)) {
    return bad_rule(text, "has a part that is no number: digits, * and #, and a + in front");
  }
  RewriteRule rule{.prefix = std::string(prefix), .strip = 0, .add = std::string(add)};
  if (!strip.empty()) {
    const auto [end, error] = std::from_chars(strip.data(), strip.data() + strip.size(), rule.strip);
    if (error != std::errc{} || end != strip.data() + strip.size() || rule.strip > longest_number) {
      return bad_rule(text, fmt::format("strips \"{}\": a number from 0 to {}", strip, longest_number));
    }
  }
  return rule;
}

}  // namespace

std::optional<std::string> dialled_digits(std::string_view text) {
  std::string digits;
  bool possible = true;
  for_each_code_point(text, [&](char32_t c) {
    if (is_dialled(c) || (c == U'+' && digits.empty())) {
      if (digits.size() < longest_number) {
        digits += static_cast<char>(c);
      } else {
        possible = false;
      }
    } else if (!is_separator(c)) {
      possible = false;
    }
  });
  if (!possible || digits.empty() || digits == "+") return std::nullopt;
  return digits;
}

Result<> check_digits(std::string_view what, std::string_view text) {
  if (dialled_digits(text) == text) return {};
  return fail(
      ErrorCode::bad_request,
      fmt::format("{} \"{}\" is none: it takes 1 to {} digits, * and #, and a + in front", what, text, longest_number));
}

std::optional<std::string> rewritten(std::string_view number, std::span<const RewriteRule> rules) {
  for (const auto& rule : rules) {
    if (!number.starts_with(rule.prefix)) continue;
    if (rule.strip > number.size()) return std::nullopt;
    std::string out = rule.add;
    out += number.substr(rule.strip);
    // A step may put a + in front of one that stays.
    if (dialled_digits(out) != out) return std::nullopt;
    return out;
  }
  return std::string(number);
}

Result<std::vector<RewriteRule>> parse_rewrite_rules(std::string_view text) {
  std::vector<RewriteRule> rules;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = text.find_first_not_of(" ,\t\r\n", at);
    if (begin == std::string_view::npos) break;
    const auto end = std::min(text.find_first_of(" ,\t\r\n", begin), text.size());
    if (rules.size() == most_rewrite_rules) {
      return fail(ErrorCode::bad_request, fmt::format("more than {} rewriting rules", most_rewrite_rules));
    }
    auto rule = parse_rule(text.substr(begin, end - begin));
    if (!rule) return std::unexpected(std::move(rule.error()));
    rules.push_back(std::move(*rule));
    at = end;
  }
  return rules;
}

std::string text_of(std::span<const RewriteRule> rules) {
  std::string text;
  for (const auto& rule : rules) {
    if (!text.empty()) text += ' ';
    text += fmt::format("{}/{}/{}", rule.prefix, rule.strip, rule.add);
  }
  return text;
}

}  // namespace otklik::core
