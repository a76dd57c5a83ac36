#pragma once
#include <memory>

#include "base/clock.hpp"
#include "base/live.hpp"
#include "core/ports/authenticator.hpp"
#include "core/ports/avatars.hpp"
#include "core/ports/call_control.hpp"
#include "core/ports/company.hpp"
#include "core/ports/licensing.hpp"
#include "core/ports/plugin_host.hpp"
#include "core/ports/script_files.hpp"
#include "core/ports/script_host.hpp"
#include "core/ports/stored_files.hpp"
#include "core/ports/temporary_passwords.hpp"
#include "core/ports/upload_store.hpp"
#include "net/application.hpp"
#include "web_api/call.hpp"
#include "web_api/door.hpp"
#include "web_api/options.hpp"
#include "web_api/version.hpp"
#include "web_api/www/www.hpp"

namespace otklik::web_api {

/// The Web-API: the methods of the table, and the files and hooks of www/. A method wins over a file of its name.
///
/// It has no thread of its own: a request is answered on its connection's loop, or on the thread that ends its script.
/// Whoever answers late still uses it, so it is destroyed after the net::Server and the ScriptHost have stopped.
class WebApi final : public net::Application {
 public:
  struct Ports {
    core::Authenticator& authenticator;
    core::TemporaryPasswords& passwords;
    core::ScriptHost& scripts;
    core::ScriptFiles& files;
    core::StoredFiles& stored;
    core::UploadStore& uploads;
    core::Licensing& licensing;
    core::Avatars& avatars;
    core::PluginHost& plugins;
    core::CompanyView& company;
    core::UserStateDesk& states;
    core::CallControl& calls;
    const Clock& clock;
    Door::IdentityOf identity_of{};  ///< for Options::auth_off
  };

  WebApi(Ports ports, Options options, const VersionFigures& version);

  /// These hold for every request from now on, the folder of www/ excepted. Any thread.
  void use(Options options);

  void admit(const net::RequestHead& head, net::Admission& admission, std::size_t body_limit) override;
  void serve(const net::Request& request, net::Responder responder) override;

  [[nodiscard]] const Counters& counters() const noexcept { return counters_; }

 private:
  void call(const Method& method, const net::Request& request, net::Responder responder);
  void run(const Method& method, const net::Request& request, Door::Verdict verdict, net::Responder responder);
  void serve_www(const net::Request& request, net::Responder responder);
  void run_hook(const Hook& hook, const net::Request& request, net::Responder responder);
  [[nodiscard]] net::Response file_answer(const Www::FileFound& file, const net::RequestHead& head) const;
  [[nodiscard]] net::Response allowed(const net::RequestHead& head);

  Live<Options> options_;
  Counters counters_;
  VersionAnswers version_;
  Door door_;
  Www www_;
  Services services_;
};

}  // namespace otklik::web_api
