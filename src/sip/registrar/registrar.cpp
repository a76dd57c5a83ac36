#include "sip/registrar/registrar.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.hpp"

namespace otklik::sip {
namespace {

constexpr std::size_t contacts_a_request = 16;
constexpr std::size_t path_most = 8;

/// `0.7` → 700; what is no q counts as 1.
int quality_of(std::string_view text) {
  if (text.starts_with("0")) {
    int value = 0;
    int place = 100;
    for (std::size_t i = 2; i < text.size() && i < 5 && text[1] == '.'; ++i, place /= 10) {
      if (text[i] < '0' || text[i] > '9') return 1000;
      value += (text[i] - '0') * place;
    }
    return value;
  }
  return 1000;
}

}  // namespace

Message Registrar::list(const Message& request, const Account& account, const Way& way) const {
  auto reply = reply_to(request, 200, {}, random_text(64));
  for (const auto& contact : contacts_.of(account.aor)) {
    const auto left = std::max<std::int64_t>((contact.expires_at - way.steady + 999) / 1000, 0);
    reply.add("Contact", fmt::format("<{}>;expires={}{}", contact.uri, left,
                                     contact.quality == 1000 ? "" : fmt::format(";q=0.{:03}", contact.quality)));
  }
  for (const auto& path : request.list("Path")) reply.add("Path", path);
  reply.add("Supported", "path, outbound, gruu");
  return reply;
}

Message Registrar::answer(const Message& request, const Account& account, const Way& way, std::vector<Fact>& facts) {
  const auto refuse = [&](int status, std::string_view reason = {}) {
    return reply_to(request, status, reason, random_text(64));
  };
  const auto aor = unescaped(request.to.uri.user);
  if (!request.to.uri.is_sip() || !aor || *aor != account.aor) return refuse(403, "Not your address-of-record");
  const auto default_expires = [&]() -> std::uint64_t {
    const auto* field = request.find("Expires");
    const auto value = field == nullptr ? std::nullopt : number_of(*field, UINT64_MAX);
    return value.value_or(static_cast<std::uint64_t>(options_.expires.count()));
  }();

  const auto fields = request.list("Contact");
  if (fields.size() > contacts_a_request) return refuse(403, "Too many contacts");
  if (std::any_of(fields.begin(), fields.end(), [](const auto& one) { return one == "*"; })) {
    const auto* expires = request.find("Expires");
    if (fields.size() != 1 || expires == nullptr || default_expires != 0)
      return refuse(400, "* wants Expires: 0 and no other");
    for (const auto& contact : contacts_.remove_all(account.aor)) {
      facts.emplace_back(gone(contact, Unregistered::Why::asked));
    }
    return list(request, account, way);
  }

  struct Asked {
    Contact contact;
    std::uint64_t expires = 0;
  };
  std::vector<Asked> asked;
  const auto known = contacts_.of(account.aor);
  for (const auto& field : fields) {
    const auto address = NameAddress::parse(field);
    if (!address || !address->uri.is_sip() || !address->uri.headers.empty()) {
      // Headers in the URI would be ours to write into requests to it (RFC 3261 19.1.5): not on anybody's word.
      if (!address || !address->uri.is_sip()) return refuse(400, "A contact that is no SIP URI");
    }
    Asked one;
    one.expires = default_expires;
    if (const auto parameter = address->parameters.get("expires")) {
      one.expires = number_of(*parameter, UINT64_MAX).value_or(default_expires);
    }
    const auto longest = static_cast<std::uint64_t>(options_.longest.count());
    const auto shortest = static_cast<std::uint64_t>(options_.shortest.count());
    if (one.expires != 0 && one.expires < shortest) {
      auto reply = refuse(423);
      reply.add("Min-Expires", std::to_string(shortest));
      return reply;
    }
    one.expires = std::min(one.expires, longest);
    Uri uri = address->uri;
    uri.headers.clear();
    uri.password.clear();
    Contact& contact = one.contact;
    contact.line = account.line;
    contact.aor = account.aor;
    contact.uri = uri.text();
    contact.flow = way.flow;
    contact.path = request.list("Path");
    if (contact.path.size() > path_most) return refuse(403, "Too many proxies in Path");
    if (const auto instance = address->parameters.get("+sip.instance")) contact.instance = *instance;
    if (const auto* agent = request.find("User-Agent")) contact.user_agent = agent->substr(0, 200);
    contact.call_id = request.call_id;
    contact.sequence = request.sequence;
    if (const auto q = address->parameters.get("q")) contact.quality = quality_of(*q);
    contact.received = way.peer;
    contact.since = way.now;
    contact.until = way.now + std::chrono::seconds(one.expires);
    contact.expires_at = way.steady + static_cast<std::int64_t>(one.expires) * 1000;
    // 10.3 7: what has overtaken a later one of the same phone changes nothing.
    for (const auto& before : known) {
      if (before.uri == contact.uri && before.call_id == contact.call_id && before.sequence > contact.sequence) {
        return refuse(500, "An older request came late");
      }
    }
    asked.push_back(std::move(one));
  }

  for (auto& one : asked) {
    if (one.expires == 0) {
      if (const auto contact = contacts_.remove(account.aor, one.contact.uri)) {
        facts.emplace_back(gone(*contact, Unregistered::Why::asked));
      }
      continue;
    }
    Registered fact{account.line,           account.aor, one.contact.uri,
                    one.contact.user_agent, way.peer,    std::chrono::seconds(one.expires)};
    std::vector<Contact> displaced;
    const auto put = contacts_.put(std::move(one.contact), account.contacts_most, displaced);
    if (put == Contacts::Put::full) return refuse(503, "Too many phones");
    for (const auto& contact : displaced) facts.emplace_back(gone(contact, Unregistered::Why::displaced));
    if (put != Contacts::Put::refreshed) facts.emplace_back(std::move(fact));
  }
  return list(request, account, way);
}

}  // namespace otklik::sip
