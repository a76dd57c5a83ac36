#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "net/application.hpp"
#include "net/http/form.hpp"
#include "net/http/kept_request.hpp"
#include "web_api/door.hpp"
#include "web_api/intake.hpp"

namespace otklik::web_api {

/// A call whose method takes the body piece by piece. The caller is let in before the first of it is read; while his
/// password is being checked, the body waits with him.
class StreamedCall final : public net::BodySink {
 public:
  StreamedCall(const Services& services, const Door& door, const Method& method, const net::RequestHead& head);

  /// First of all: what he is answered where that can be told at once.
  [[nodiscard]] std::optional<net::Response> refusal();

  void begin(net::BodyFlow flow) override;
  bool write(std::string_view piece) override;
  void finish(net::Responder responder) override;
  void refused(net::Responder responder) override;
  void abort() override {}

 private:
  /// What outlives the sink: the check of a password is told to it, and answers that come late look at the request.
  struct Shared {
    explicit Shared(const net::RequestHead& head) : kept(head) {}
    [[nodiscard]] const net::Request& request() const noexcept { return kept.request(); }

    const net::KeptRequest kept;
    std::mutex mutex;
    net::BodyFlow flow;
    std::optional<Door::Verdict> verdict;
  };

  void let_in(Door::Verdict verdict);
  void answer(net::Responder responder);
  [[nodiscard]] bool has_begun();

  const Services& services_;
  const Door& door_;
  const Method& method_;
  const std::shared_ptr<Shared> shared_;
  net::Form parameters_;
  std::optional<Entry> entry_;
  std::unique_ptr<Intake> intake_;
  std::optional<net::Response> refusal_;
};

}  // namespace otklik::web_api
