#include "sip/dialogs/reading.hpp"

#include <array>

#include "base/text.hpp"
#include "sip/message/words.hpp"

namespace otklik::sip {
namespace {

constexpr std::size_t headers_most = 32;
constexpr std::size_t text_most = 1024;

std::string printed(const sip_header_t* header) {
  std::array<char, 2048> room{};
  const auto size = sip_header_field_e(room.data(), static_cast<isize_t>(room.size() - 1), header, 0);
  return size > 0 && static_cast<std::size_t>(size) < room.size()
             ? std::string(room.data(), static_cast<std::size_t>(size))
             : std::string();
}

}  // namespace

std::string text_of(const char* text) { return text == nullptr ? std::string() : std::string(text); }

std::string clean(std::string_view text) {
  std::string out;
  for (const char c : to_utf8(text.substr(0, text_most))) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) out += c;
  }
  return out;
}

std::string body_of(const sip_t* sip) {
  if (sip == nullptr || sip->sip_payload == nullptr || sip->sip_payload->pl_data == nullptr) return {};
  return {sip->sip_payload->pl_data, sip->sip_payload->pl_len};
}

std::string sdp_of(const sip_t* sip) {
  if (sip == nullptr || sip->sip_content_type == nullptr || sip->sip_content_type->c_type == nullptr) return {};
  return iequals_ascii(sip->sip_content_type->c_type, "application/sdp") ? body_of(sip) : std::string();
}

Party party_of(const sip_addr_t* address) {
  Party party;
  if (address == nullptr) return party;
  party.number = clean(unescaped(text_of(address->a_url->url_user)).value_or(""));
  party.host = clean(text_of(address->a_url->url_host));
  const auto display = text_of(address->a_display);
  party.display = clean(unquoted(display).value_or(display));
  return party;
}

Party party_of(std::string_view name_address) {
  Party party;
  const auto address = NameAddress::parse(name_address);
  if (!address) return party;
  party.display = clean(address->display);
  auto user = address->uri.user;
  if (!address->uri.is_sip()) user = user.substr(0, user.find(';'));  // tel:+7495…;phone-context=…
  party.number = clean(unescaped(user).value_or(""));
  party.host = clean(address->uri.host);
  return party;
}

std::string header_of(const sip_t* sip, std::string_view name) {
  if (sip == nullptr) return {};
  for (const auto* one = sip->sip_unknown; one != nullptr; one = one->un_next) {
    if (one->un_name != nullptr && iequals_ascii(one->un_name, name)) return text_of(one->un_value);
  }
  return {};
}

std::vector<Header> interesting_headers(const sip_t* sip) {
  std::vector<Header> found;
  if (sip == nullptr) return found;
  for (const auto* one = sip->sip_unknown; one != nullptr && found.size() < headers_most; one = one->un_next) {
    const std::string_view name = one->un_name == nullptr ? "" : one->un_name;
    const bool wanted =
        (name.size() > 2 && ascii_lower(name[0]) == 'x' && name[1] == '-' && !iequals_ascii(name, "X-Otklik-Edge")) ||
        iequals_ascii(name, "Diversion") || iequals_ascii(name, "History-Info") ||
        iequals_ascii(name, "P-Called-Party-ID") || iequals_ascii(name, "Alert-Info");
    if (wanted) found.push_back({std::string(name), clean(text_of(one->un_value))});
  }
  const auto add = [&](const char* name, const sip_header_t* header) {
    if (header != nullptr && found.size() < headers_most) found.push_back({name, clean(printed(header))});
  };
  add("Alert-Info", reinterpret_cast<const sip_header_t*>(sip_alert_info(sip)));    // NOLINT: the library's own way
  add("Call-Info", reinterpret_cast<const sip_header_t*>(sip_call_info(sip)));      // NOLINT
  add("Referred-By", reinterpret_cast<const sip_header_t*>(sip->sip_referred_by));  // NOLINT
  add("Subject", reinterpret_cast<const sip_header_t*>(sip->sip_subject));          // NOLINT
  return found;
}

std::string user_agent_of(const sip_t* sip) {
  if (sip == nullptr) return {};
  if (sip->sip_user_agent != nullptr) return clean(text_of(sip->sip_user_agent->g_string)).substr(0, 200);
  if (sip->sip_server != nullptr) return clean(text_of(sip->sip_server->g_string)).substr(0, 200);
  return {};
}

}  // namespace otklik::sip
