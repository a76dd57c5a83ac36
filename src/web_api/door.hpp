#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "base/live.hpp"
#include "core/ports/authenticator.hpp"
#include "net/http/request.hpp"
#include "net/http/response.hpp"
#include "web_api/answer.hpp"
#include "web_api/method.hpp"
#include "web_api/options.hpp"

namespace otklik::web_api {

/// Who may call a method: Basic or Bearer of a user with the privilege `webapi.execute`.
///
/// Everybody else gets 403, whatever was amiss; with `auth_challenge` a missing header gets 401 with a challenge. Once
/// a browser keeps the password any page can make it call, so with `auth_challenge` a request that the browser marks
/// `Sec-Fetch-Site: cross-site` passes only for downloads or from an allowed origin.
class Door {
 public:
  using Entry = std::expected<std::shared_ptr<const core::Identity>, net::Response>;

  /// Who a login is now, so that a block or a lost privilege shows at once; null: nobody who may come in. For
  /// Options::auth_off alone. Any thread, quick.
  using IdentityOf = std::function<std::shared_ptr<const core::Identity>(std::string_view login)>;

  Door(core::Authenticator& authenticator, IdentityOf identity_of, const Live<Options>& options)
      : authenticator_(authenticator), identity_of_(std::move(identity_of)), options_(options) {}

  /// At once where it can be told at once: a remembered caller, nobody, a foreign page. A null identity: ask verify().
  [[nodiscard]] Entry look(const Method& method, const net::RequestHead& head) const;

  /// `done` runs once, here or on another thread; `head` must live until then.
  void verify(const Method& method, const net::RequestHead& head, std::move_only_function<void(Entry)> done) const;

  /// The answer to a caller who shows no Authorization where it is needed; nothing when he may show it or needs none.
  /// For refusing before his body is read.
  [[nodiscard]] bool shows_nothing(const net::RequestHead& head) const;
  [[nodiscard]] net::Response nothing_shown(const Method& method, const net::RequestHead& head) const;

 private:
  [[nodiscard]] Entry admit(const Method& method, const net::RequestHead& head,
                            std::shared_ptr<const core::Identity> caller) const;
  [[nodiscard]] bool is_open_for(const Address& peer) const noexcept;
  [[nodiscard]] bool is_foreign(const Method& method, const net::RequestHead& head) const;
  [[nodiscard]] net::Response refusal(const Method& method, const net::RequestHead& head,
                                      const core::AuthRefusal& why) const;

  core::Authenticator& authenticator_;
  const IdentityOf identity_of_;
  const Live<Options>& options_;
};

}  // namespace otklik::web_api
