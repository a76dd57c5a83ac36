#pragma once
#include <array>

#include "core/calls/commands.hpp"
#include "web_api/call.hpp"
#include "web_api/methods/line_parameters.hpp"

/// What the methods share that act on calls on behalf of a line.
namespace otklik::web_api::methods {

/// Carries a command out, and answers: 200 with an empty body, whether it was accepted (`X-Chain-Id`: the call that it
/// acts on or has begun) or cannot apply now (`X-Action-Result`: why); an error where the server cannot do anything.
void carry_out(const Services& services, Call call, core::commands::Command command);

/// Likewise, a command that needs nothing but the line that the request means.
template <class Command>
void carry_out_for_line(const Services& services, Call call) {
  const auto taken = read_line(services.company, call.parameters());
  if (!taken) return call.refuse(taken.error());
  carry_out(services, std::move(call), Command{.line = taken->line().id});
}

/// The parameters of wp_autocallstart and wp_switchcall.
struct Dialling {
  std::string number;
  core::commands::Where where = core::commands::Where::by_plan;
  core::commands::Sequence sequence = core::commands::Sequence::party_first;
};
/// Error: `bad_request`, the number is missing or none, or a word is not one of those known.
Result<Dialling> read_dialling(const net::Form& parameters);

inline constexpr std::array<std::string_view, 2> direction_words{"pbx", "city"};
inline constexpr std::array<std::string_view, 2> sequence_words{"direct", "back"};

inline constexpr Parameter number_parameter{
    .name = "number",
    .required = true,
    .meaning = {"The number to call: digits, `*`, `#`, a `+` in front; blanks, hyphens, dots and brackets between are "
                "left out",
                "Вызываемый номер: цифры, `*`, `#`, `+` в начале; пробелы, дефисы, точки и скобки между ними "
                "отбрасываются"}};
inline constexpr Parameter direction_parameter{
    .name = "direction",
    .type = ParameterType::choice,
    .choices = direction_words,
    .meaning = {"`pbx`: inside; `city`: outside; by default inside where the number is found among the internal ones, "
                "else outside",
                "`pbx` — звонок внутрь, `city` — вовне; по умолчанию внутрь, если номер найден среди внутренних, иначе "
                "вовне"}};
inline constexpr Parameter sequence_parameter{
    .name = "sequence",
    .type = ParameterType::choice,
    .default_value = "direct",
    .choices = sequence_words,
    .meaning = {"Whom to call first: `direct`: the number, and the line is called back after the answer; `back`: the "
                "line, then the number on its behalf",
                "Кого вызвать сначала: `direct` — номер, а после ответа — линию; `back` — саму линию, а затем номер от "
                "её имени"}};

inline constexpr std::array line_parameters{line_parameter, user_parameter, wp_parameter};
inline constexpr std::array dialling_parameters{line_parameter,   user_parameter,      wp_parameter,
                                                number_parameter, direction_parameter, sequence_parameter};

inline constexpr ErrorRow full_error{507,
                                     "storage_full",
                                     {"The disk takes no record of what would begin",
                                      "На диске нет места для записи "
                                      "о новом звонке"}};
inline constexpr ErrorRow busy_core_error{503,
                                          "too_many, unavailable",
                                          {"Too much is asked of the server at once, or it stops",
                                           "Слишком много запросов сразу, или сервер "
                                           "останавливается"}};
inline constexpr std::array line_errors{line_not_given, line_not_found, line_ambiguous};
inline constexpr std::array command_errors{line_not_given, line_not_found, line_ambiguous, busy_core_error, full_error};

}  // namespace otklik::web_api::methods
