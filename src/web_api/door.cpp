#include "web_api/door.hpp"

#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "net/http/form.hpp"

namespace otklik::web_api {
namespace {

/// The password of the URL; empty: none. Never of the body, which is not read yet where it matters.
std::string temporary_password(const net::RequestHead& head) {
  if (!head.has_query) return {};
  net::Form form;
  form.parse(head.query);
  return std::string(form.find("temppass").value_or(std::string_view()));
}

const std::shared_ptr<const core::Identity>& nobody() {
  static const auto the_one = std::make_shared<const core::Identity>();
  return the_one;
}

}  // namespace

bool Door::is_open_for(const Address& peer) const noexcept {
  return std::ranges::any_of(options_->auth_off.from, [&](const Network& n) { return n.contains(peer); });
}

bool Door::is_foreign(const Method& method, const net::RequestHead& head) const {
  if (!options_->auth_challenge || method.is_download) return false;
  if (!iequals_ascii(head.header("sec-fetch-site"), "cross-site")) return false;
  // A token is not kept by a browser: who sends one meant to.
  if (head.header("authorization").substr(0, 6).size() == 6 &&
      iequals_ascii(head.header("authorization").substr(0, 6), "bearer")) {
    return false;
  }
  const auto origin = head.header("origin");
  return origin.empty() || std::ranges::none_of(options_->allowed_origins,
                                                [&](const std::string& o) { return iequals_ascii(o, origin); });
}

Door::Verdict Door::admit(const Method& method, const net::RequestHead& head,
                          std::shared_ptr<const core::Identity> caller) const {
  if (caller && caller->privileges.has(core::Privilege::webapi_execute)) return Entry{std::move(caller)};
  return std::unexpected(error_response(403, "forbidden", "The privilege webapi.execute is needed", head,
                                        fallback_style(method.answer, head, *options_)));
}

std::optional<Door::Verdict> Door::look(const Method& method, const net::RequestHead& head) const {
  if (method.entrance == Entrance::anybody) return Entry{nobody()};
  bool wrong_password = false;
  if (method.temppass) {
    if (const std::string password = temporary_password(head); !password.empty()) {
      if (auto caller = passwords_.redeem(password, *method.temppass)) return Entry{std::move(caller), true};
      wrong_password = true;
    }
  }
  if (!options_->auth_off.from.empty() && is_open_for(head.peer)) {
    return admit(method, head, identity_of_ ? identity_of_(options_->auth_off.user) : nullptr);
  }
  if (is_foreign(method, head)) {
    return std::unexpected(error_response(403, "foreign_page", "Pages of other sites may not call this method", head,
                                          fallback_style(method.answer, head, *options_)));
  }
  const auto authorization = head.header("authorization");
  if (authorization.empty()) {
    // A challenge would have a browser ask its user for a login, who came by a link.
    if (wrong_password) return std::unexpected(refusal(method, head, {core::AuthRefusal::Kind::wrong, {}}));
    return std::unexpected(nothing_shown(method, head));
  }
  if (auto caller = authenticator_.recall(authorization)) return admit(method, head, std::move(caller));
  return std::nullopt;
}

void Door::verify(const Method& method, const net::RequestHead& head,
                  std::move_only_function<void(Verdict)> done) const {
  authenticator_.verify(head.header("authorization"), head.peer,
                        [this, &method, &head, done = std::move(done)](core::AuthResult result) mutable {
                          if (result) {
                            done(admit(method, head, std::move(*result)));
                          } else {
                            done(std::unexpected(refusal(method, head, result.error())));
                          }
                        });
}

bool Door::shows_nothing(const Method& method, const net::RequestHead& head) const {
  if (method.entrance == Entrance::anybody || !head.header("authorization").empty() || is_open_for(head.peer)) {
    return false;
  }
  return !method.temppass || temporary_password(head).empty();
}

net::Response Door::nothing_shown(const Method& method, const net::RequestHead& head) const {
  return refusal(method, head, {core::AuthRefusal::Kind::missing, {}});
}

net::Response Door::refusal(const Method& method, const net::RequestHead& head, const core::AuthRefusal& why) const {
  using Kind = core::AuthRefusal::Kind;
  const Options& options = *options_;
  const auto style = fallback_style(method.answer, head, options);
  net::Response response;
  switch (why.kind) {
    case Kind::missing:
      response =
          error_response(options.auth_challenge ? 401 : 403, "unauthorized", "Authorization is needed", head, style);
      // RFC 7617 2.1: the one charset it knows. Old clients that send Windows-1251 are understood too.
      if (options.auth_challenge) {
        response.add("WWW-Authenticate", "Basic realm=\"" + options.realm + "\", charset=\"UTF-8\"");
      }
      return response;
    case Kind::malformed:
    case Kind::wrong:
      return error_response(403, "unauthorized", "Not authorized", head, style);
    case Kind::guessing:
      response = error_response(403, "too_many_failures", "Too many failed attempts; try again later", head, style);
      break;
    case Kind::busy:
      response = error_response(503, "busy", "Too many passwords to check at once; try again later", head, style);
      break;
  }
  response.add("Retry-After", std::to_string(std::max<std::int64_t>(1, why.retry_after.count())));
  return response;
}

}  // namespace otklik::web_api
