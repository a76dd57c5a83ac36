#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/live.hpp"
#include "core/ports/authenticator.hpp"
#include "core/ports/temporary_passwords.hpp"
#include "net/http/request.hpp"
#include "net/http/response.hpp"
#include "web_api/answer.hpp"
#include "web_api/entry.hpp"
#include "web_api/method.hpp"
#include "web_api/options.hpp"

namespace otklik::web_api {

/// Who may call a method: anybody, where its row says so; else Basic or Bearer of a user with the privilege
/// `webapi.execute`, or `temppass=` of the URL where the method takes one. A password in `temppass` that opens nothing
/// leaves the decision to the Authorization header, if there is one.
///
/// Everybody else gets 403, whatever was amiss; with `auth_challenge` a missing header gets 401 with a challenge. Once
/// a browser keeps the password any page can make it call, so with `auth_challenge` a request that the browser marks
/// `Sec-Fetch-Site: cross-site` passes only for downloads or from an allowed origin.
class Door {
 public:
  /// Let in, or what he is answered.
  using Verdict = std::expected<Entry, net::Response>;

  /// Who a login is now, so that a block or a lost privilege shows at once; null: nobody who may come in. For
  /// Options::auth_off alone. Any thread, quick.
  using IdentityOf = std::function<std::shared_ptr<const core::Identity>(std::string_view login)>;

  Door(core::Authenticator& authenticator, core::TemporaryPasswords& passwords, IdentityOf identity_of,
       const Live<Options>& options)
      : authenticator_(authenticator), passwords_(passwords), identity_of_(std::move(identity_of)), options_(options) {}

  /// At once where it can be told at once: anybody's method, a temporary password, a remembered caller, nobody, a
  /// foreign page. Nothing: ask verify(). Once for a request: a temporary password for an upload is spent by it.
  [[nodiscard]] std::optional<Verdict> look(const Method& method, const net::RequestHead& head) const;

  /// `done` runs once, here or on another thread; `head` must live until then.
  void verify(const Method& method, const net::RequestHead& head, std::move_only_function<void(Verdict)> done) const;

  /// Whether a caller shows nothing where something is needed; not when he may need nothing. For refusing before his
  /// body is read.
  [[nodiscard]] bool shows_nothing(const Method& method, const net::RequestHead& head) const;
  [[nodiscard]] net::Response nothing_shown(const Method& method, const net::RequestHead& head) const;

 private:
  [[nodiscard]] Verdict admit(const Method& method, const net::RequestHead& head,
                              std::shared_ptr<const core::Identity> caller) const;
  [[nodiscard]] bool is_open_for(const Address& peer) const noexcept;
  [[nodiscard]] bool is_foreign(const Method& method, const net::RequestHead& head) const;
  [[nodiscard]] net::Response refusal(const Method& method, const net::RequestHead& head,
                                      const core::AuthRefusal& why) const;

  core::Authenticator& authenticator_;
  core::TemporaryPasswords& passwords_;
  const IdentityOf identity_of_;
  const Live<Options>& options_;
};

}  // namespace otklik::web_api
