#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

/// What may be dialled, and how a number is rewritten on its way through a trunk.
namespace otklik::core {

/// No number, dialled, rewritten or kept, is longer.
inline constexpr std::size_t longest_number = 32;

/// What somebody dialled, as the plan knows numbers: digits, `*`, `#`, and a `+` in front. Blanks, no-break blanks,
/// hyphens, dots, slashes and brackets, which people and address books write between digits, are left out.
/// Nothing: another character, nothing dialled at all, or more than 32 characters. From the network; never throws.
std::optional<std::string> dialled_digits(std::string_view text);

/// Whether `text` is such a number already. Error: `bad_request`, with `what` in front: `the number`.
Result<> check_digits(std::string_view what, std::string_view text);

/// One step of rewriting: of a number that begins with `prefix` (empty: any), the first `strip` characters are taken
/// away and `add` is put in front.
struct RewriteRule {
  std::string prefix;
  std::uint8_t strip = 0;
  std::string add;
  bool operator==(const RewriteRule&) const = default;
};

/// How many steps a list of rewriting may have.
inline constexpr std::size_t most_rewrite_rules = 100;

/// The number after the first rule that fits it; as it was where none does. Nothing: there is no number left, or it
/// has become longer than 32.
std::optional<std::string> rewritten(std::string_view number, std::span<const RewriteRule> rules);

/// Rules as people write them, in order, with blanks or commas between: `PREFIX/STRIP/ADD`. `8/1/+7` turns 84951234567
/// into +74951234567, `//9` puts a 9 before everything. STRIP empty is 0. Error: `bad_request` names the rule.
Result<std::vector<RewriteRule>> parse_rewrite_rules(std::string_view text);
std::string text_of(std::span<const RewriteRule> rules);

}  // namespace otklik::core
