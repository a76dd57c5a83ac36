#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json_writer.hpp"
#include "core/licence/seats.hpp"
#include "core/licence/standing.hpp"
#include "net/http/form.hpp"
#include "web_api/call.hpp"
#include "web_api/envelope.hpp"
#include "web_api/method.hpp"

namespace otklik::web_api {

/// The licence and its use at one moment.
struct LicenceFigures {
  std::shared_ptr<const core::Standing> standing;
  core::OfEachLicensed<core::SeatUsage> usage;
  std::string_view version;  ///< of the program
};

LicenceFigures licence_figures(const core::Licensing& licensing);

/// What the console's page of the licence shows, for people. Lines end with LF.
std::string licence_text(const LicenceFigures& figures, Language language);
/// The same for programs, as fields of an object: `text`, what the certificate says, and figures by `users`,
/// `operators`, `lines_inner`, `lines_outer`.
void append_licence(JsonWriter& json, const LicenceFigures& figures, Language language);
/// The certificate that holds, or the open licence: `data` "license".
Envelope licence_envelope(const core::Standing& standing, Language language);

/// The answer to `detail`: a bare value, or `{"license":{"<detail>":…}}`. Error: `bad_request` for a missing or another
/// detail.
Result<net::Response> licence_detail(const core::Standing& standing, std::optional<std::string_view> detail,
                                     bool as_json);

/// `Retry-After` in seconds where a seat was refused: nobody knows, and this keeps clients from hammering.
inline constexpr std::string_view seat_may_be_free_in = "30";

/// 503 and the code `licence`: all seats of users are taken.
net::Response no_seat_response(const core::SeatRefusal& refusal, const net::RequestHead& head,
                               const AnswerStyle& style);

/// Keeps a seat of the licence for a caller whose method wants one: what he is answered where there is none. Nothing:
/// he has it, or needs none. A link with a temporary password needs none: the session that handed it out is its user's
/// work.
std::optional<net::Response> seat_refusal(const Services& services, const Method& method, const Entry& entry,
                                          const net::RequestHead& head, const AnswerStyle& style);

}  // namespace otklik::web_api
