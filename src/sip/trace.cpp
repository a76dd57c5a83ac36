#include "sip/trace.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace otklik::sip {
namespace {

constexpr std::size_t wanted_most = 256;
constexpr std::size_t message_most = 16 * 1024;

bool begins(std::string_view line, std::string_view with) {
  return line.size() >= with.size() && iequals_ascii(line.substr(0, with.size()), with);
}

}  // namespace

std::string without_secrets(std::string_view message) {
  std::string out;
  out.reserve(message.size());
  while (!message.empty()) {
    const auto end = std::min(message.find('\n'), message.size() - 1);
    const auto line = message.substr(0, end + 1);
    message.remove_prefix(end + 1);
    bool hidden = false;
    for (const std::string_view name : {"Authorization:", "Proxy-Authorization:", "X-Otklik-Edge:"}) {
      if (!begins(line, name)) continue;
      out.append(line.substr(0, name.size())).append(" (left out)\r\n");
      hidden = true;
    }
    if (hidden) continue;
    const auto key = begins(line, "a=crypto:") ? line.find("inline:") : std::string_view::npos;
    if (key != std::string_view::npos) {
      out.append(line.substr(0, key)).append("inline:(left out)\r\n");
    } else if (begins(line, "a=ice-pwd:")) {
      out.append("a=ice-pwd:(left out)\r\n");
    } else if (begins(line, "k=")) {
      out.append("k=(left out)\r\n");
    } else {
      // sip:user:password@host
      const auto scheme = line.find("sip:");
      const auto at = line.find('@', scheme == std::string_view::npos ? 0 : scheme);
      const auto colon = scheme == std::string_view::npos ? scheme : line.find(':', scheme + 4);
      const bool password = at != std::string_view::npos && colon != std::string_view::npos && colon < at &&
                            line.substr(scheme, at - scheme).find_first_of(" >;") == std::string_view::npos;
      if (password) {
        out.append(line.substr(0, colon + 1)).append("(left out)").append(line.substr(at));
      } else {
        out.append(line);
      }
    }
  }
  return out;
}

void Trace::want(const std::string& call_id) {
  const std::lock_guard lock(mutex_);
  if (std::find(wanted_.begin(), wanted_.end(), call_id) != wanted_.end()) return;
  if (wanted_.size() == wanted_most) wanted_.pop_front();
  wanted_.push_back(call_id);
  any_.store(true, std::memory_order_release);
}

void Trace::note(const std::string& call_id, bool incoming, const Peer& peer, std::string_view message) {
  if (!any_.load(std::memory_order_acquire)) return;
  const std::lock_guard lock(mutex_);
  if (std::find(wanted_.begin(), wanted_.end(), call_id) == wanted_.end()) return;
  Kept kept{call_id,
            {std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()), incoming, peer,
             without_secrets(message.substr(0, message_most))}};
  bytes_ += kept.message.text.size();
  kept_.push_back(std::move(kept));
  while (bytes_ > most_ && !kept_.empty()) {
    bytes_ -= kept_.front().message.text.size();
    kept_.pop_front();
  }
}

std::vector<TracedMessage> Trace::of(const std::vector<std::string>& call_ids) const {
  std::vector<TracedMessage> found;
  const std::lock_guard lock(mutex_);
  for (const auto& kept : kept_) {
    if (std::find(call_ids.begin(), call_ids.end(), kept.call_id) != call_ids.end()) found.push_back(kept.message);
  }
  return found;
}

}  // namespace otklik::sip
