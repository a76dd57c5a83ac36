#include "sip/edge/client.hpp"

#include <algorithm>

#include "base/random.hpp"

namespace otklik::sip {
namespace {

constexpr std::size_t waiting_most = 100'000;
constexpr std::int64_t t2 = 4000;
constexpr std::string_view prefix = "z9hG4bKedge";

}  // namespace

bool EdgeClient::ask(Message request, const Flow& flow, std::int64_t now, Answered answered, std::int64_t patience_ms) {
  if (waiting_.size() >= waiting_most) return false;
  const std::string branch = std::string(prefix) + random_text(96);
  request.via = {};
  request.via.parameters.set("branch", branch);
  auto& one = waiting_[branch];
  one.request = std::move(request);
  one.flow = flow;
  one.answered = std::move(answered);
  one.until = now + patience_ms;
  one.due = due_.emplace(now, branch);
  return true;
}

bool EdgeClient::take(const Message& answer) {
  const auto branch = answer.via.parameters.get("branch").value_or("");
  if (!branch.starts_with(prefix)) return false;
  if (answer.status < 200) return true;
  finish(std::string(branch), &answer);
  return true;
}

void EdgeClient::finish(const std::string& branch, const Message* answer) {
  const auto at = waiting_.find(branch);
  if (at == waiting_.end()) return;
  if (answer != nullptr && answer->method != at->second.request.method) return;
  auto answered = std::move(at->second.answered);
  due_.erase(at->second.due);
  waiting_.erase(at);
  answered(answer);
}

void EdgeClient::tick(std::int64_t now) {
  while (!due_.empty() && due_.begin()->first <= now) {
    const std::string branch = due_.begin()->second;
    auto& one = waiting_.at(branch);
    if (now >= one.until) {
      finish(branch, nullptr);
      continue;
    }
    Message copy = one.request;
    if (!send_(copy, one.flow)) {
      finish(branch, nullptr);
      continue;
    }
    due_.erase(one.due);
    // On a stream nothing has to be sent twice.
    const auto next = one.flow.peer.transport == Transport::udp ? std::min(now + one.interval, one.until) : one.until;
    one.interval = std::min(one.interval * 2, t2);
    one.due = due_.emplace(next, branch);
  }
}

void EdgeClient::clear() {
  waiting_.clear();
  due_.clear();
}

}  // namespace otklik::sip
