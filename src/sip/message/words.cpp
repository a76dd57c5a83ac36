#include "sip/message/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/address.hpp"
#include "base/text.hpp"

namespace otklik::sip {
namespace {

bool is_alphanumeric(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_token_character(char c) noexcept {
  return is_alphanumeric(c) || std::string_view("-.!%*_+`'~").find(c) != std::string_view::npos;
}
int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
/// A control character that no backslash lets into a quoted string (RFC 3261 25.1).
bool has_control(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (((byte < 0x20 && text[i] != '\t') || byte == 0x7F) && (i == 0 || text[i - 1] != '\\')) return true;
  }
  return false;
}

/// A host name, an IPv4 address or a bracketed IPv6 address.
bool is_host(std::string_view text) noexcept {
  if (text.empty() || text.size() > 255) return false;
  if (text.front() == '[') {
    return text.back() == ']' && text.size() > 2 && Address::parse(text.substr(1, text.size() - 2)).has_value();
  }
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; });
}

/// `host[:port]`, blanks around the colon allowed where `loose`.
bool parse_host_port(std::string_view text, std::string& host, std::uint16_t& port) {
  text = trim(text);
  std::size_t end = 0;
  if (!text.empty() && text.front() == '[') {
    end = text.find(']');
    if (end == std::string_view::npos) return false;
    ++end;
  } else {
    end = std::min(text.find(':'), text.size());
  }
  const auto name = trim(text.substr(0, end));
  if (!is_host(name)) return false;
  auto rest = trim(text.substr(end));
  port = 0;
  if (!rest.empty()) {
    if (rest.front() != ':') return false;
    const auto value = number_of(trim(rest.substr(1)), 65535);
    if (!value || *value == 0) return false;
    port = static_cast<std::uint16_t>(*value);
  }
  host.assign(name);
  for (char& c : host) c = ascii_lower(c);
  return true;
}

/// Where a quoted string that begins at `at` ends: behind its closing quote; npos when it does not.
std::size_t end_of_quoted(std::string_view text, std::size_t at) noexcept {
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

std::optional<std::uint64_t> number_of(std::string_view text, std::uint64_t most) noexcept {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

std::optional<std::vector<std::string_view>> split_list(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  bool in_brackets = false;
  const auto take = [&](std::size_t end) {
    const auto part = trim(text.substr(start, end - start));
    if (!part.empty()) parts.push_back(part);
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' && !in_brackets) {
      const auto end = end_of_quoted(text, i);
      if (end == std::string_view::npos) return std::nullopt;
      i = end - 1;
    } else if (c == '<') {
      if (in_brackets) return std::nullopt;
      in_brackets = true;
    } else if (c == '>') {
      if (!in_brackets) return std::nullopt;
      in_brackets = false;
    } else if (c == ',' && !in_brackets) {
      take(i);
      start = i + 1;
    }
  }
  if (in_brackets) return std::nullopt;
  take(text.size());
  return parts;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::string escaped_user(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_alphanumeric(c) || std::string_view("-_.!~*'()&=+$,?/").find(c) != std::string_view::npos) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::optional<std::string> unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || end_of_quoted(text, 0) != text.size()) return std::nullopt;
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) continue;
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::optional<Parameters> Parameters::parse(std::string_view text, bool with_gaps) {
  Parameters all;
  text = trim(text);
  while (!text.empty()) {
    if (text.front() != ';') return std::nullopt;
    text.remove_prefix(1);
    std::size_t end = 0;
    while (end < text.size() && text[end] != ';') {
      if (text[end] != '"') {
        ++end;
        continue;
      }
      end = end_of_quoted(text, end);
      if (end == std::string_view::npos) return std::nullopt;
    }
    const auto part = trim(text.substr(0, end));
    text.remove_prefix(end);
    if (part.empty() && with_gaps) continue;
    const auto equals = part.find('=');
    const auto name = trim(part.substr(0, equals));
    const auto value = equals == std::string_view::npos ? std::string_view{} : trim(part.substr(equals + 1));
    // Names in URIs may hold a few characters more than a token, and escapes.
    if (name.empty() || has_control(part) || name.find_first_of("\"<> \t,") != std::string_view::npos)
      return std::nullopt;
    if (!value.empty() && value.front() == '"') {
      if (!unquoted(value)) return std::nullopt;
    } else if (value.find_first_of("\"<> \t") != std::string_view::npos) {
      return std::nullopt;
    }
    if (all.list_.size() == 64) return std::nullopt;
    all.list_.emplace_back(name, value);
  }
  return all;
}

std::optional<std::string_view> Parameters::get(std::string_view name) const noexcept {
  for (const auto& [key, value] : list_) {
    if (iequals_ascii(key, name)) return value;
  }
  return std::nullopt;
}

void Parameters::set(std::string_view name, std::string_view value) {
  for (auto& [key, old] : list_) {
    if (iequals_ascii(key, name)) {
      old = value;
      return;
    }
  }
  list_.emplace_back(name, value);
}

void Parameters::remove(std::string_view name) {
  std::erase_if(list_, [&](const auto& one) { return iequals_ascii(one.first, name); });
}

void Parameters::append_to(std::string& out) const {
  for (const auto& [name, value] : list_) {
    out += ';';
    out += name;
    if (!value.empty()) {
      out += '=';
      out += value;
    }
  }
}

std::optional<Uri> Uri::parse(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || text.size() > 2048 || has_control(text) ||
      text.find_first_of(" \t<>\"") != std::string_view::npos) {
    return std::nullopt;
  }
  Uri uri;
  uri.scheme = text.substr(0, colon);
  for (char& c : uri.scheme) {
    c = ascii_lower(c);
    if (!is_alphanumeric(c) && c != '+' && c != '-' && c != '.') return std::nullopt;
  }
  auto rest = text.substr(colon + 1);
  if (rest.empty()) return std::nullopt;
  if (!uri.is_sip()) {
    uri.user = rest;
    return uri;
  }
  // A `?` or `;` may stand in the user part, so the `@` is looked for first.
  const auto at = rest.rfind('@', std::min(rest.find('>'), rest.size()));
  if (at != std::string_view::npos) {
    auto user = rest.substr(0, at);
    if (user.find('@') != std::string_view::npos) return std::nullopt;
    const auto password = user.find(':');
    if (password != std::string_view::npos) {
      uri.password = user.substr(password + 1);
      user = user.substr(0, password);
    }
    if (user.empty() || !unescaped(user) || !unescaped(uri.password)) return std::nullopt;
    uri.user = user;
    rest.remove_prefix(at + 1);
  }
  const auto question = rest.find('?');
  if (question != std::string_view::npos) {
    uri.headers = rest.substr(question + 1);
    rest = rest.substr(0, question);
    if (!unescaped(uri.headers)) return std::nullopt;
  }
  const auto semicolon = rest.find(';');
  if (semicolon != std::string_view::npos) {
    auto parameters = Parameters::parse(rest.substr(semicolon));
    if (!parameters) return std::nullopt;
    uri.parameters = std::move(*parameters);
    rest = rest.substr(0, semicolon);
  }
  if (!parse_host_port(rest, uri.host, uri.port)) return std::nullopt;
  return uri;
}

std::string Uri::host_port() const { return port == 0 ? host : fmt::format("{}:{}", host, port); }

std::string Uri::text() const {
  if (!is_sip()) return scheme + ":" + user;
  std::string out = scheme + ":";
  if (!user.empty()) {
    out += user;
    if (!password.empty()) out += ":" + password;
    out += '@';
  }
  out += host_port();
  parameters.append_to(out);
  if (!headers.empty()) out += "?" + headers;
  return out;
}

std::optional<NameAddress> NameAddress::parse(std::string_view text) {
  text = trim(text);
  NameAddress result;
  if (text.empty() || has_control(text)) return std::nullopt;
  std::size_t bracket = 0;
  if (text.front() == '"') {
    const auto end = end_of_quoted(text, 0);
    if (end == std::string_view::npos) return std::nullopt;
    const auto display = unquoted(text.substr(0, end));
    if (!display) return std::nullopt;
    result.display = *display;
    bracket = text.find('<', end);
    if (bracket == std::string_view::npos || !trim(text.substr(end, bracket - end)).empty()) return std::nullopt;
  } else {
    bracket = text.find('<');
    if (bracket != std::string_view::npos) {
      const auto display = trim(text.substr(0, bracket));
      // Tokens with blanks between; what many send beyond that (accents, a dot, brackets) is taken as well.
      if (display.find_first_of("\",;:@<>") != std::string_view::npos) return std::nullopt;
      result.display = display;
    }
  }
  std::string_view uri;
  std::string_view rest;
  if (bracket != std::string_view::npos) {
    const auto close = text.find('>', bracket);
    if (close == std::string_view::npos) return std::nullopt;
    uri = trim(text.substr(bracket + 1, close - bracket - 1));
    rest = text.substr(close + 1);
  } else {
    // Without brackets parameters belong to the header, and a URI with `?` or `,` is not allowed (RFC 3261 20.10).
    const auto at = text.find('@');
    const auto semicolon = text.find(';', at == std::string_view::npos ? 0 : at);
    uri = trim(text.substr(0, semicolon));
    if (uri.find_first_of("?,") != std::string_view::npos) return std::nullopt;
    rest = semicolon == std::string_view::npos ? std::string_view{} : text.substr(semicolon);
  }
  auto parsed = Uri::parse(uri);
  auto parameters = Parameters::parse(rest);
  if (!parsed || !parameters) return std::nullopt;
  result.uri = std::move(*parsed);
  result.parameters = std::move(*parameters);
  return result;
}

std::string NameAddress::text() const {
  std::string out;
  if (!display.empty()) out = quoted(display) + " ";
  out += "<" + uri.text() + ">";
  parameters.append_to(out);
  return out;
}

std::optional<Via> Via::parse(std::string_view text) {
  // SIP / 2.0 / UDP host:port;params, with blanks wherever they please
  Via via;
  auto rest = trim(text);
  for (const std::string_view part : {std::string_view("SIP"), std::string_view("2.0")}) {
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos || !iequals_ascii(trim(rest.substr(0, slash)), part)) return std::nullopt;
    rest = trim(rest.substr(slash + 1));
  }
  const auto blank = rest.find_first_of(" \t");
  if (blank == std::string_view::npos || !is_token(rest.substr(0, blank))) return std::nullopt;
  via.transport = rest.substr(0, blank);
  for (char& c : via.transport) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  rest = trim(rest.substr(blank));
  const auto semicolon = rest.find(';');
  if (!parse_host_port(rest.substr(0, semicolon), via.host, via.port)) return std::nullopt;
  auto parameters =
      Parameters::parse(semicolon == std::string_view::npos ? std::string_view{} : rest.substr(semicolon), true);
  if (!parameters) return std::nullopt;
  via.parameters = std::move(*parameters);
  return via;
}

std::string Via::text() const {
  std::string out = "SIP/2.0/" + transport + " " + host;
  if (port != 0) out += ":" + std::to_string(port);
  parameters.append_to(out);
  return out;
}

}  // namespace otklik::sip
