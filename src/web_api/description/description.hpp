#pragma once
#include <span>
#include <string>
#include <vector>

#include "web_api/method.hpp"

/// The table of methods, told to people and to programs.
namespace otklik::web_api {

/// Parameters of a method: its own, then those of every XML method.
std::vector<Parameter> parameters_of(const Method& method);
/// Errors of a method: its own, then those of every method.
std::vector<ErrorRow> errors_of(const Method& method);
/// `download/rec/CODE`: the name, and what the part of the path behind it is called.
std::string path_of(const Method& method);

/// The table's texts are broken into lines for who reads the source: here as one.
std::string one_line(std::string_view text);

std::string_view name(ParameterType type) noexcept;
std::string_view name(AnswerKind kind) noexcept;

/// The page docs/web-api.md (or, in Russian, docs/web-api.ru.md).
std::string describe_markdown(Language language);

/// For `otklik describe`: a line a method; of one method, everything.
std::string describe_text(Language language);
std::string describe_text(const Method& method, Language language);

/// For `otklik describe --json`: an array of methods; of one method, its object. Both languages.
std::string describe_json();
std::string describe_json(const Method& method);

}  // namespace otklik::web_api
