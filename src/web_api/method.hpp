#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/error.hpp"
#include "core/ports/temporary_passwords.hpp"

namespace otklik::web_api {

class Call;
class Intake;
struct IntakeStart;
struct Services;

enum class Language : std::uint8_t { en, ru };

/// A text for people, in both languages of the product.
struct Text {
  std::string_view en, ru;
  [[nodiscard]] constexpr std::string_view in(Language language) const { return language == Language::ru ? ru : en; }
};

enum class ParameterType : std::uint8_t {
  text,
  flag,     ///< 0 or 1; true and false are understood
  whole,    ///< a whole number, which may be negative
  seconds,  ///< a number not below 0, with a fraction where wanted
  choice,   ///< one of the words of `choices`, in any case
};

struct Parameter {
  std::string_view name;
  ParameterType type = ParameterType::text;
  bool required = false;
  std::string_view default_value = {};             ///< empty: none
  std::span<const std::string_view> choices = {};  ///< of a choice
  Text meaning = {};
};

/// What a method answers when all is well, and so what its errors look like.
enum class AnswerKind : std::uint8_t {
  xml,    ///< the envelope, with its JSON twin; errors likewise
  json,   ///< JSON; errors too
  text,   ///< text for people or a bare value, with its JSON twin; errors are JSON
  plain,  ///< the body that a script made; errors are JSON
  file,   ///< a file; errors are JSON
  empty,  ///< an empty body, with headers that tell more; errors are JSON
};

/// Who may call a method.
enum class Entrance : std::uint8_t {
  authorized,  ///< Basic or Bearer of a user with the privilege webapi.execute
  anybody,     ///< no authorization is asked for or looked at
};

/// Who holds a seat of the licence for a call of the method.
enum class Seating : std::uint8_t {
  caller,  ///< its caller is a user at work; without a seat he is refused: 503 `licence`
  run,     ///< the run that it starts: whoever runs scenarios asks for the seat
  none,    ///< nobody: what must be answered when all seats are taken
};

struct ErrorRow {
  int status;
  std::string_view code;
  Text when;
};

/// One row of the table of methods: everything that anybody is told about a method, and what runs it.
struct Method {
  std::string_view name;  ///< the path without its first slash, lower-case
  /// The part of the path after the name (`CODE` of download/rec/CODE), required; null: the name is the whole path.
  /// Call::tail() has its value.
  const Parameter* tail = nullptr;
  Text summary;
  Text details;
  std::span<const Parameter> parameters;
  AnswerKind answer = AnswerKind::xml;
  Entrance entrance = Entrance::authorized;
  /// What `temppass=` of the URL stands for here, in place of Authorization. Whom it lets in needs no privilege; the
  /// method asks for one itself where it must. Nothing: `temppass` is not looked at.
  std::optional<core::TemporaryUse> temppass{};
  bool is_download = false;          ///< another site's page may embed it although the browser kept a password
  std::span<const ErrorRow> errors;  ///< its own; those of every method are added
  Seating seating = Seating::caller;
  std::string_view example_request;  ///< path and query
  std::string_view example_answer;
  void (*run)(const Services& services, Call call) = nullptr;
  /// Takes the body of a POST piece by piece, without its limit; then `run` gets what has no body. Null: it is
  /// collected.
  Result<std::unique_ptr<Intake>> (*take_in)(IntakeStart start) = nullptr;
};

}  // namespace otklik::web_api
