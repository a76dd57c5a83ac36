#include <future>

#include "administration/operations.hpp"
#include "base/base64.hpp"
#include "base/json_writer.hpp"
#include "store/directory/directory_store.hpp"

namespace otklik::app {
namespace {

std::string shown(std::string_view login, const core::AvatarLinks& links) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("login", login).field("link", links.full);
  json.field("link96x96", links.link96x96).field("link32x32", links.link32x32).end_object();
  return out;
}

/// Starts a change and waits for its end; the control socket's threads may wait.
template <class Start>
Result<std::string> changed(std::string_view login, const Start& start) {
  std::promise<Result<core::AvatarLinks>> ended;
  auto waiting = ended.get_future();
  start([&ended](Result<core::AvatarLinks> links) { ended.set_value(std::move(links)); });
  const auto links = waiting.get();
  if (!links) return std::unexpected(links.error());
  return shown(login, *links);
}

}  // namespace

Result<std::string> set_avatar(AdministrationParts& parts, const Operation& operation) {
  const auto login = required(operation, "login");
  if (!login) return login;
  const auto content = required(operation, "content");
  if (!content) return content;
  auto file = from_base64(*content);
  if (!file) return fail(ErrorCode::bad_request, "the content of a picture comes in base64");
  return changed(*login, [&](core::Avatars::Done done) {
    parts.avatars.set(*login, std::move(*file), std::string(by_shell), std::move(done));
  });
}

Result<std::string> remove_avatar(AdministrationParts& parts, const Operation& operation) {
  const auto login = required(operation, "login");
  if (!login) return login;
  return changed(
      *login, [&](core::Avatars::Done done) { parts.avatars.remove(*login, std::string(by_shell), std::move(done)); });
}

Result<std::string> show_avatar(AdministrationParts& parts, const Operation& operation) {
  const auto login = required(operation, "login");
  if (!login) return login;
  const auto directory = parts.directory.directory();
  const auto* user = directory->find_user(*login);
  if (user == nullptr) return fail(ErrorCode::not_found, "there is no user \"" + *login + "\"");
  return shown(user->login, parts.avatars.links_of(*user));
}

}  // namespace otklik::app
