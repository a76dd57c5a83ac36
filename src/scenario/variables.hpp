#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace otklik::scenario {

/// Variables of the whole server: scenarios share them, runs come and go. In memory: a restart empties them. Each
/// function is atomic, for any thread.
class Variables {
 public:
  using Value = std::variant<bool, std::int64_t, double, std::string>;
  using Clock = std::chrono::steady_clock;

  /// At most `most_variables`, whose names and values take at most `most_bytes`; at most `most_once` keys of once().
  Variables(std::size_t most_variables, std::size_t most_bytes, std::size_t most_once)
      : most_variables_(most_variables), most_bytes_(most_bytes), most_once_(most_once) {}

  /// Other limits from now on; what is there stays, even past them.
  void limit(std::size_t most_variables, std::size_t most_bytes, std::size_t most_once);

  static constexpr std::size_t most_name_bytes = 255;

  [[nodiscard]] std::optional<Value> get(std::string_view name) const;
  /// Nothing as value removes. Returns what was there. Errors: `too_many`, `too_large`, `bad_request` (the name).
  Result<std::optional<Value>> set(std::string_view name, std::optional<Value> value);
  /// True when there was none and now is. Errors as set().
  Result<bool> set_if_absent(std::string_view name, Value value);
  /// True when it was `expected` (nothing: absent) and now is `value` (nothing: removed). Errors as set().
  Result<bool> replace(std::string_view name, const std::optional<Value>& expected, std::optional<Value> value);
  /// Adds to a number; an absent one counts as 0. The new value. Errors as set(), and `conflict`: it is no number.
  Result<Value> add(std::string_view name, const Value& number);
  /// Names in order, those with the prefix; at most `most`.
  [[nodiscard]] std::vector<std::string> names(std::string_view prefix, std::size_t most) const;

  /// True for the first who asks, until `lifetime` has passed. Errors: `too_many`, `bad_request` (the key).
  Result<bool> once(std::string_view key, std::chrono::microseconds lifetime, Clock::time_point now = Clock::now());

  [[nodiscard]] std::size_t count() const;

 private:
  [[nodiscard]] static std::size_t bytes_of(std::string_view name, const Value& value);
  Result<std::optional<Value>> set_locked(std::string_view name, std::optional<Value> value);

  mutable std::mutex mutex_;  // of what follows
  std::size_t most_variables_, most_bytes_, most_once_;
  std::map<std::string, Value, std::less<>> variables_;
  std::size_t bytes_ = 0;
  std::unordered_map<std::string, Clock::time_point> once_;
  std::multimap<Clock::time_point, std::string> once_until_;
};

}  // namespace otklik::scenario
