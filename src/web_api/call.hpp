#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/clock.hpp"
#include "base/live.hpp"
#include "core/identity.hpp"
#include "core/ports/avatars.hpp"
#include "core/ports/call_control.hpp"
#include "core/ports/company.hpp"
#include "core/ports/licensing.hpp"
#include "core/ports/plugin_host.hpp"
#include "core/ports/script_files.hpp"
#include "core/ports/script_host.hpp"
#include "core/ports/stored_files.hpp"
#include "core/ports/upload_store.hpp"
#include "net/application.hpp"
#include "net/http/form.hpp"
#include "net/http/request.hpp"
#include "web_api/answer.hpp"
#include "web_api/entry.hpp"
#include "web_api/method.hpp"
#include "web_api/options.hpp"
#include "web_api/table.hpp"

namespace otklik::web_api {

class VersionAnswers;

/// Counted since start, for /metrics. Relaxed: each is right, together they are nearly so.
struct Counters {
  std::atomic<std::uint64_t> calls{0};    ///< authorized calls of methods
  std::atomic<std::uint64_t> refused{0};  ///< not let in: 401, 403 and busy
  std::atomic<std::uint64_t> hooks{0};    ///< requests that a hook answered
  std::atomic<std::uint64_t> broken_hooks{0};
  std::atomic<std::uint64_t> script_timeouts{0};  ///< waits broken off while the script ran on
  std::atomic<std::uint64_t> script_refusals{0};  ///< scripts that could not be started
  std::atomic<std::uint64_t> files{0};            ///< files of www/ sent, 304 included

  static void count(std::atomic<std::uint64_t>& counter) noexcept { counter.fetch_add(1, std::memory_order_relaxed); }
};

/// What a method may use. Lives as long as the WebApi.
struct Services {
  const Live<Options>& options;
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
  const VersionAnswers& version;
  Counters& counters;
};

/// One request that was let in to a method, on its way to its answer. The request lives until the responder has
/// answered.
class Call {
 public:
  Call(const Method& method, const net::Request& request, net::Form parameters, AnswerStyle style, Entry entry,
       net::Responder responder, std::shared_ptr<const void> keeper = nullptr)
      : method_(&method),
        request_(&request),
        parameters_(std::move(parameters)),
        style_(style),
        entry_(std::move(entry)),
        responder_(std::move(responder)),
        keeper_(std::move(keeper)) {}

  [[nodiscard]] const Method& method() const noexcept { return *method_; }
  [[nodiscard]] const net::Request& request() const noexcept { return *request_; }
  [[nodiscard]] const net::Form& parameters() const noexcept { return parameters_; }
  [[nodiscard]] const AnswerStyle& style() const noexcept { return style_; }
  /// Who calls; nobody (nil, no privilege) where the method is anybody's.
  [[nodiscard]] const core::Identity& caller() const noexcept { return *entry_.caller; }
  /// He came with `temppass`: he may lack the privilege webapi.execute.
  [[nodiscard]] bool by_temporary_password() const noexcept { return entry_.by_temporary_password; }
  /// What follows the method's name in the path; empty: nothing.
  [[nodiscard]] std::string tail() const { return method_tail(*method_, request_->path); }

  /// Ends the call.
  void answer(net::Response&& response) { responder_.send(std::move(response)); }
  void refuse(const Error& error) { responder_.send(error_response(error, *request_, style_)); }
  /// The duty to answer, for who answers later; the call cannot answer any more.
  net::Responder take_responder() { return std::move(responder_); }
  /// What has to be held by whoever looks at the request after the call has gone; null: the connection holds it until
  /// the answer.
  [[nodiscard]] const std::shared_ptr<const void>& keeper() const noexcept { return keeper_; }

 private:
  const Method* method_;
  const net::Request* request_;
  net::Form parameters_;
  AnswerStyle style_;
  Entry entry_;
  net::Responder responder_;
  std::shared_ptr<const void> keeper_;
};

}  // namespace otklik::web_api
