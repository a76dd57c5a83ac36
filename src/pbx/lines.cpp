#include "pbx/lines.hpp"

namespace otklik::pbx {

Lines::Came Lines::registered(const sip::Registered& phone) {
  const auto known = lines_.find(phone.line);
  if (known != lines_.end()) {
    known->second.phones[phone.contact] = phone.received;
    known->second.newest = phone.contact;
    return Came::another;
  }
  auto seat = licensing_.take(core::Licensed::inner_lines, phone.line);
  if (!seat) return Came::refused;
  Line line;
  line.phones[phone.contact] = phone.received;
  line.newest = phone.contact;
  line.seat = std::move(*seat);
  lines_.emplace(phone.line, std::move(line));
  return Came::first;
}

bool Lines::unregistered(const sip::Unregistered& phone) {
  const auto known = lines_.find(phone.line);
  if (known == lines_.end()) return false;
  auto& line = known->second;
  if (line.phones.erase(phone.contact) == 0) return false;
  if (line.phones.empty()) {
    lines_.erase(known);
    return true;
  }
  if (line.newest == phone.contact) line.newest = line.phones.begin()->first;
  return false;
}

const sip::Peer* Lines::peer_of(const Uuid& line) const {
  const auto known = lines_.find(line);
  if (known == lines_.end()) return nullptr;
  const auto phone = known->second.phones.find(known->second.newest);
  return phone == known->second.phones.end() ? nullptr : &phone->second;
}

std::string_view Lines::reason(sip::Unregistered::Why why) noexcept {
  using Why = sip::Unregistered::Why;
  switch (why) {
    case Why::asked:
      return "unregistered";
    case Why::expired:
    case Why::silent:
      return "expired";
    case Why::disconnected:
      return "lost";
    case Why::displaced:
    case Why::dropped:
      break;
  }
  return "refused";
}

}  // namespace otklik::pbx
