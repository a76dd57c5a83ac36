#include "sip/registrar/contacts.hpp"

#include <algorithm>

namespace otklik::sip {

std::vector<Contact> Contacts::of(std::string_view aor) const {
  std::vector<Contact> found;
  {
    const std::lock_guard lock(mutex_);
    const auto at = by_aor_.find(std::string(aor));
    if (at == by_aor_.end()) return found;
    for (const auto& entry : at->second) found.push_back(entry.contact);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a.quality != b.quality ? a.quality > b.quality : a.since < b.since;
  });
  return found;
}

std::vector<Contact> Contacts::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Contact> found;
  found.reserve(count_);
  for (const auto& [aor, entries] : by_aor_) {
    for (const auto& entry : entries) found.push_back(entry.contact);
  }
  return found;
}

std::size_t Contacts::size() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

Contact Contacts::take(Entries& entries, std::size_t index) {
  Entry entry = std::move(entries[index]);
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(index));
  by_time_.erase(entry.time);
  --count_;
  if (entry.contact.received.transport != Transport::udp) {
    const auto [first, last] = by_flow_.equal_range(entry.contact.flow);
    for (auto at = first; at != last; ++at) {
      if (at->second != entry.contact.aor) continue;
      by_flow_.erase(at);
      break;
    }
  }
  return std::move(entry.contact);
}

Contacts::Put Contacts::put(Contact contact, std::size_t most_of_aor, std::vector<Contact>& displaced) {
  const std::lock_guard lock(mutex_);
  auto& entries = by_aor_[contact.aor];
  const auto same = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
    return entry.contact.uri == contact.uri ||
           (!contact.instance.empty() && entry.contact.instance == contact.instance);
  });
  Put result = Put::fresh;
  if (same != entries.end()) {
    const bool moved = same->contact.uri != contact.uri || same->contact.flow != contact.flow ||
                       same->contact.user_agent != contact.user_agent;
    result = moved ? Put::moved : Put::refreshed;
    contact.since = same->contact.since;
    take(entries, static_cast<std::size_t>(same - entries.begin()));
  } else if (count_ >= most_) {
    if (entries.empty()) by_aor_.erase(contact.aor);
    return Put::full;
  } else if (entries.size() >= std::max<std::size_t>(most_of_aor, 1)) {
    const auto oldest = std::min_element(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return a.contact.expires_at < b.contact.expires_at;
    });
    displaced.push_back(take(entries, static_cast<std::size_t>(oldest - entries.begin())));
  }
  const auto time = by_time_.emplace(contact.expires_at, std::pair(contact.aor, contact.uri));
  if (contact.received.transport != Transport::udp) by_flow_.emplace(contact.flow, contact.aor);
  entries.push_back({std::move(contact), time});
  ++count_;
  return result;
}

template <class Matches>
std::vector<Contact> Contacts::take_if(std::string_view aor, Matches matches) {
  std::vector<Contact> gone;
  const auto at = by_aor_.find(std::string(aor));
  if (at == by_aor_.end()) return gone;
  for (std::size_t i = at->second.size(); i-- > 0;) {
    if (matches(at->second[i].contact)) gone.push_back(take(at->second, i));
  }
  if (at->second.empty()) by_aor_.erase(at);
  return gone;
}

std::optional<Contact> Contacts::remove(std::string_view aor, std::string_view uri) {
  const std::lock_guard lock(mutex_);
  auto gone = take_if(aor, [&](const Contact& one) { return one.uri == uri; });
  if (gone.empty()) return std::nullopt;
  return std::move(gone.front());
}

std::vector<Contact> Contacts::remove_all(std::string_view aor) {
  const std::lock_guard lock(mutex_);
  return take_if(aor, [](const Contact&) { return true; });
}

std::vector<Contact> Contacts::expire(std::int64_t now) {
  const std::lock_guard lock(mutex_);
  std::vector<Contact> gone;
  while (!by_time_.empty() && by_time_.begin()->first <= now) {
    const auto [aor, uri] = by_time_.begin()->second;
    auto taken = take_if(aor, [&](const Contact& one) { return one.uri == uri; });
    gone.insert(gone.end(), std::make_move_iterator(taken.begin()), std::make_move_iterator(taken.end()));
  }
  return gone;
}

std::vector<Contact> Contacts::remove_flow(std::string_view flow) {
  const std::lock_guard lock(mutex_);
  std::vector<Contact> gone;
  for (auto at = by_flow_.find(std::string(flow)); at != by_flow_.end(); at = by_flow_.find(std::string(flow))) {
    const std::string aor = at->second;
    auto taken = take_if(aor, [&](const Contact& one) { return one.flow == flow; });
    gone.insert(gone.end(), std::make_move_iterator(taken.begin()), std::make_move_iterator(taken.end()));
  }
  return gone;
}

std::vector<Contact> Contacts::keep_only(const std::unordered_map<Uuid, bool>& stays) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> aors;
  for (const auto& [aor, entries] : by_aor_) {
    if (std::any_of(entries.begin(), entries.end(), [&](const Entry& e) { return !stays.contains(e.contact.line); })) {
      aors.push_back(aor);
    }
  }
  std::vector<Contact> gone;
  for (const auto& aor : aors) {
    auto taken = take_if(aor, [&](const Contact& one) { return !stays.contains(one.line); });
    gone.insert(gone.end(), std::make_move_iterator(taken.begin()), std::make_move_iterator(taken.end()));
  }
  return gone;
}

}  // namespace otklik::sip
