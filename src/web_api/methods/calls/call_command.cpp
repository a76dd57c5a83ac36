#include "web_api/methods/calls/call_command.hpp"

#include "core/plan/digits.hpp"
#include "web_api/parameters.hpp"

namespace otklik::web_api::methods {
namespace {

using core::commands::Refusal;

/// What is no answer about the call: the request itself or the server is at fault.
std::optional<Error> error_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::bad_parameter:
      return Error{ErrorCode::bad_request, "number is no number that can be called"};
    case Refusal::storage_full:
      return Error{ErrorCode::storage_full, {}};
    case Refusal::stopping:
      return Error{ErrorCode::unavailable, {}};
    case Refusal::too_many:
      return Error{ErrorCode::too_many, {}};
    default:
      return std::nullopt;
  }
}

net::Response response_to(const core::commands::Outcome& outcome, const net::RequestHead& head) {
  if (!outcome) {
    if (const auto error = error_of(outcome.error())) return error_response(*error, head, json_style);
  }
  auto response = net::Response::empty(200);
  if (!outcome) {
    response.add("X-Action-Result", name(outcome.error()));
  } else if (!outcome->chain.is_nil()) {
    response.add("X-Chain-Id", outcome->chain.text());
  }
  response.add("Cache-Control", "no-cache");
  return response;
}

}  // namespace

void carry_out(const Services& services, Call call, core::commands::Command command) {
  const net::Request& request = call.request();
  services.calls.command(std::move(command),
                         [&request, responder = call.take_responder()](core::commands::Outcome outcome) mutable {
                           responder.send(response_to(outcome, request));
                         });
}

Result<Dialling> read_dialling(const net::Form& parameters) {
  Dialling dialling;
  const auto given = parameters.find("number");
  if (!given) return fail(ErrorCode::bad_request, "number is missing");
  std::string number(*given);
  if (number.starts_with(' ')) number.front() = '+';  // what a `+` in a URL has become
  auto digits = core::dialled_digits(number);
  if (!digits) return fail(ErrorCode::bad_request, "number is no number that can be called");
  dialling.number = std::move(*digits);
  const auto direction = read_choice(parameters, "direction", direction_words);
  if (!direction) return std::unexpected(direction.error());
  if (*direction) dialling.where = **direction == 0 ? core::commands::Where::inside : core::commands::Where::outside;
  const auto sequence = read_choice(parameters, "sequence", sequence_words);
  if (!sequence) return std::unexpected(sequence.error());
  if (*sequence && **sequence == 1) dialling.sequence = core::commands::Sequence::line_first;
  return dialling;
}

}  // namespace otklik::web_api::methods
