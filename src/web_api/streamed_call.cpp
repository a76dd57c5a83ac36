#include "web_api/streamed_call.hpp"

#include <utility>

#include "web_api/answer.hpp"
#include "web_api/licence_answer.hpp"

namespace otklik::web_api {

StreamedCall::StreamedCall(const Services& services, const Door& door, const Method& method,
                           const net::RequestHead& head)
    : services_(services), door_(door), method_(method), shared_(std::make_shared<Shared>(head)) {
  if (head.has_query) parameters_.parse(shared_->request().query);
}

std::optional<net::Response> StreamedCall::refusal() {
  if (auto verdict = door_.look(method_, shared_->request())) let_in(std::move(*verdict));
  return std::exchange(refusal_, std::nullopt);
}

void StreamedCall::let_in(Door::Verdict verdict) {
  if (!verdict) {
    Counters::count(services_.counters.refused);
    refusal_ = std::move(verdict.error());
    return;
  }
  const auto style = fallback_style(method_.answer, shared_->request(), *services_.options);
  if (auto refusal = seat_refusal(services_, method_, *verdict, shared_->request(), style)) {
    Counters::count(services_.counters.refused);
    refusal_ = std::move(*refusal);
    return;
  }
  Counters::count(services_.counters.calls);
  entry_ = std::move(*verdict);
  auto hold = [shared = shared_](bool held) {
    net::BodyFlow flow;
    {
      const std::lock_guard lock(shared->mutex);
      flow = shared->flow;
    }
    held ? flow.pause() : flow.resume();
  };
  auto intake = method_.take_in({services_, shared_->request(), *entry_, parameters_, std::move(hold)});
  if (intake) {
    intake_ = std::move(*intake);
  } else {
    refusal_ = error_response(intake.error(), shared_->request(), style);
  }
}

void StreamedCall::begin(net::BodyFlow flow) {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->flow = flow;
  }
  if (entry_) return;
  flow.pause();
  door_.verify(method_, shared_->request(), [shared = shared_](Door::Verdict verdict) {
    net::BodyFlow waiting;
    {
      const std::lock_guard lock(shared->mutex);
      shared->verdict = std::move(verdict);
      waiting = shared->flow;
    }
    waiting.resume();
  });
}

bool StreamedCall::has_begun() {
  if (intake_) return true;
  if (refusal_) return false;
  std::optional<Door::Verdict> verdict;
  {
    const std::lock_guard lock(shared_->mutex);
    verdict = std::exchange(shared_->verdict, std::nullopt);
  }
  if (verdict) let_in(std::move(*verdict));
  return intake_ != nullptr;
}

bool StreamedCall::write(std::string_view piece) { return has_begun() && intake_->write(piece); }

void StreamedCall::finish(net::Responder responder) {
  if (!has_begun()) return refused(std::move(responder));
  intake_->complete();
  answer(std::move(responder));
}

void StreamedCall::answer(net::Responder responder) {
  const auto& request = shared_->request();
  const auto style = answer_style(method_.answer, request, parameters_, *services_.options);
  if (!style) {
    const auto usual = fallback_style(method_.answer, request, *services_.options);
    return responder.send(error_response(style.error(), request, usual));
  }
  intake_->end(
      Call(method_, request, std::move(parameters_), *style, std::move(*entry_), std::move(responder), shared_));
}

void StreamedCall::refused(net::Responder responder) {
  if (intake_) return answer(std::move(responder));
  if (refusal_) responder.send(std::move(*refusal_));
}

}  // namespace otklik::web_api
