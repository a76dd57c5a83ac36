#pragma once
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <tuple>

#include "access/doorkeeper.hpp"
#include "base/base64.hpp"
#include "unit/access/fakes.hpp"

namespace otklik::access::fakes {

using Kind = core::AuthRefusal::Kind;

inline std::string basic(const std::string& login, const std::string& password) {
  return "Basic " + base64(login + ":" + password);
}

inline Address address(std::string_view text = "192.0.2.1") { return *Address::parse(text); }

/// admin / Secret1 (administrator), Иван / Пароль1 (web-api), olga / Secret1 (blocked), tv with an empty password.
class Company {
 public:
  Company() {
    content.roles = {{id(1), "administrator", {}, {}, {}}, {id(2), "web-api", {}, {}, {}}};
    content.roles[0].privileges.add(core::Privilege::admin_manage);
    content.roles[1].privileges.add(core::Privilege::webapi_execute);
    add(10, "admin", "Secret1", 1);
    add(11, "Иван", "Пароль1", 2);
    add(12, "olga", "Secret1", 2).blocked = true;
    add(13, "tv", "", 2).allow_empty_password = true;
    add(14, "strict", "", 2);
    add(15, "new", "x", 2).verifier.clear();
  }
  static Uuid id(std::uint8_t n) {
    Uuid made;
    made.bytes[15] = n;
    return made;
  }
  core::User& add(std::uint8_t n, const std::string& login, const std::string& password, std::uint8_t role) {
    core::User user;
    user.id = id(n);
    user.login = user.name = login;
    user.verifier = "for:" + std::string(websocket_password(password)->text());
    user.roles = {id(role)};
    content.users.push_back(user);
    return content.users.back();
  }
  core::User& user(const std::string& login) {
    for (auto& u : content.users) {
      if (u.login == login) return u;
    }
    return content.users.front();
  }
  core::ApiToken& add_token(std::uint8_t n, const std::string& text, const std::string& login) {
    core::ApiToken token;
    token.id = id(n);
    token.user = user(login).id;
    token.hash = hash_of_token(text);
    token.scopes.add(core::Privilege::webapi_execute);
    content.tokens.push_back(token);
    return content.tokens.back();
  }
  std::shared_ptr<const core::Directory> directory() {
    ++content.generation;
    return std::make_shared<const core::Directory>(content);
  }
  core::Directory::Content content;
};

class DoorkeeperTest : public ::testing::Test {
 protected:
  ~DoorkeeperTest() override {
    hash_.release();
    doorkeeper_.reset();
  }
  Doorkeeper& door(DoorkeeperOptions options = {}) {
    if (!doorkeeper_) {
      doorkeeper_ = std::make_unique<Doorkeeper>(
          options, company_.directory(),
          DoorkeeperParts{.clock = clock_,
                          .steady = steady_,
                          .hash = hash_,
                          .delays = delays_,
                          .journal = journal_,
                          .token_used =
                              [this](const Uuid& token, Time when) {
                                const std::lock_guard lock(mutex_);
                                used_.emplace_back(token, when);
                              },
                          .verifier_renewed =
                              [this](const Uuid& user, const std::string& before, std::string after) {
                                const std::lock_guard lock(mutex_);
                                renewed_.emplace_back(user, before, std::move(after));
                              }});
    }
    return *doorkeeper_;
  }
  std::future<core::AuthResult> ask(const std::string& header, const Address& peer = address()) {
    auto promise = std::make_shared<std::promise<core::AuthResult>>();
    auto future = promise->get_future();
    door().verify(header, peer, [promise](core::AuthResult result) { promise->set_value(std::move(result)); });
    return future;
  }
  /// Verifies now: what was to be slowed is not.
  core::AuthResult verify(const std::string& header, const Address& peer = address()) {
    auto answer = ask(header, peer);
    while (answer.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
      delays_.run(std::chrono::seconds(10));
      std::this_thread::yield();
    }
    return answer.get();
  }
  std::string said(const core::AuthResult& result) {
    if (result) return (*result)->login;
    switch (result.error().kind) {
      case Kind::missing:
        return "missing";
      case Kind::malformed:
        return "malformed";
      case Kind::wrong:
        return "wrong";
      case Kind::guessing:
        return "guessing";
      case Kind::busy:
        return "busy";
    }
    return {};
  }

  Company company_;
  HandClock clock_;
  HandSteady steady_;
  FakeHash hash_;
  HandDelays delays_;
  ListeningJournal journal_;
  std::mutex mutex_;
  std::vector<std::pair<Uuid, Time>> used_;
  std::vector<std::tuple<Uuid, std::string, std::string>> renewed_;
  std::unique_ptr<Doorkeeper> doorkeeper_;
};

}  // namespace otklik::access::fakes
