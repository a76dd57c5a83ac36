#include "scenario/variables.hpp"

#include <utility>

namespace otklik::scenario {
namespace {

Result<> check_name(std::string_view name) {
  if (name.empty() || name.size() > Variables::most_name_bytes) {
    return fail(ErrorCode::bad_request, "A name has 1 to 255 bytes");
  }
  return {};
}

}  // namespace

std::size_t Variables::bytes_of(std::string_view name, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return name.size() + (text != nullptr ? text->size() : 0) + sizeof(Value);
}

void Variables::limit(std::size_t most_variables, std::size_t most_bytes, std::size_t most_once) {
  const std::lock_guard lock(mutex_);
  most_variables_ = most_variables;
  most_bytes_ = most_bytes;
  most_once_ = most_once;
}

std::optional<Variables::Value> Variables::get(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = variables_.find(name);
  return found == variables_.end() ? std::nullopt : std::optional(found->second);
}

Result<std::optional<Variables::Value>> Variables::set_locked(std::string_view name, std::optional<Value> value) {
  if (auto good = check_name(name); !good) return std::unexpected(good.error());
  const auto found = variables_.find(name);
  std::optional<Value> before;
  const std::size_t old_bytes = found == variables_.end() ? 0 : bytes_of(name, found->second);
  const std::size_t new_bytes = value ? bytes_of(name, *value) : 0;
  if (value) {
    if (found == variables_.end() && variables_.size() >= most_variables_) {
      return fail(ErrorCode::too_many, "There are too many global variables");
    }
    if (bytes_ - old_bytes + new_bytes > most_bytes_) {
      return fail(ErrorCode::too_large, "The global variables take too much memory");
    }
  }
  bytes_ = bytes_ - old_bytes + new_bytes;
  if (found == variables_.end()) {
    if (value) variables_.emplace(name, std::move(*value));
    return before;
  }
  before = std::move(found->second);
  if (value) {
    found->second = std::move(*value);
  } else {
    variables_.erase(found);
  }
  return before;
}

Result<std::optional<Variables::Value>> Variables::set(std::string_view name, std::optional<Value> value) {
  const std::lock_guard lock(mutex_);
  return set_locked(name, std::move(value));
}

Result<bool> Variables::set_if_absent(std::string_view name, Value value) {
  return replace(name, std::nullopt, std::move(value));
}

Result<bool> Variables::replace(std::string_view name, const std::optional<Value>& expected,
                                std::optional<Value> value) {
  const std::lock_guard lock(mutex_);
  const auto found = variables_.find(name);
  const bool same =
      found == variables_.end() ? !expected.has_value() : expected.has_value() && found->second == *expected;
  if (!same) return false;
  if (auto done = set_locked(name, std::move(value)); !done) return std::unexpected(done.error());
  return true;
}

Result<Variables::Value> Variables::add(std::string_view name, const Value& number) {
  const std::lock_guard lock(mutex_);
  const auto found = variables_.find(name);
  const Value before = found == variables_.end() ? Value(std::int64_t{0}) : found->second;
  const auto as_double = [](const Value& v) -> std::optional<double> {
    if (const auto* whole = std::get_if<std::int64_t>(&v)) return static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&v)) return *real;
    return std::nullopt;
  };
  if (!as_double(before) || !as_double(number)) return fail(ErrorCode::conflict, "The global variable is not a number");
  Value after;
  std::int64_t sum = 0;
  const auto* a = std::get_if<std::int64_t>(&before);
  const auto* b = std::get_if<std::int64_t>(&number);
  if (a != nullptr && b != nullptr && !__builtin_add_overflow(*a, *b, &sum)) {
    after = sum;
  } else {
    after = *as_double(before) + *as_double(number);
  }
  if (auto done = set_locked(name, after); !done) return std::unexpected(done.error());
  return after;
}

std::vector<std::string> Variables::names(std::string_view prefix, std::size_t most) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> found;
  for (auto at = variables_.lower_bound(prefix); at != variables_.end() && found.size() < most; ++at) {
    if (!at->first.starts_with(prefix)) break;
    found.push_back(at->first);
  }
  return found;
}

Result<bool> Variables::once(std::string_view key, std::chrono::microseconds lifetime, Clock::time_point now) {
  if (auto good = check_name(key); !good) return std::unexpected(good.error());
  const std::lock_guard lock(mutex_);
  while (!once_until_.empty() && once_until_.begin()->first <= now) {
    once_.erase(once_until_.begin()->second);
    once_until_.erase(once_until_.begin());
  }
  if (once_.contains(std::string(key))) return false;
  if (once_.size() >= most_once_) return fail(ErrorCode::too_many, "There are too many keys of once()");
  const auto until = lifetime == std::chrono::microseconds::max() ? Clock::time_point::max() : now + lifetime;
  once_.emplace(key, until);
  if (until != Clock::time_point::max()) once_until_.emplace(until, key);
  return true;
}

std::size_t Variables::count() const {
  const std::lock_guard lock(mutex_);
  return variables_.size();
}

}  // namespace otklik::scenario
