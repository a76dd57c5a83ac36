#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

/// An operation of the administrator: what a shell command asks, as a value that can travel to a running server.
namespace otklik::app {

using Argument = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

/// `user.add` with its arguments; absent ones are absent, never empty.
struct Operation {
  std::string name;
  std::map<std::string, Argument, std::less<>> arguments;

  [[nodiscard]] std::optional<std::string> text(std::string_view argument) const;
  [[nodiscard]] std::string text_or(std::string_view argument, std::string fallback) const;
  [[nodiscard]] std::optional<std::vector<std::string>> list(std::string_view argument) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view argument) const;
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view argument) const;
};

/// Bytes of the largest file that an operation may carry; it travels in base64.
inline constexpr std::size_t most_carried_bytes = 20UL * 1024 * 1024;

/// One line of JSON, without its line end.
std::string to_json(const Operation& operation);
Result<Operation> operation_from_json(std::string_view line);

/// The answer on the wire: `{"result":…}` or `{"error":{"code":"…","message":"…"}}`. The result is JSON text.
std::string to_json(const Result<std::string>& answer);
Result<std::string> answer_from_json(std::string_view line);

}  // namespace otklik::app
