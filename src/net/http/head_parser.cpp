#include "net/http/head_parser.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "base/text.hpp"
#include "net/http/characters.hpp"

namespace otklik::net {
namespace {

constexpr std::size_t method_size = 32;  // RFC 9110 names none longer than 17
constexpr std::size_t version_size = 8;  // `HTTP/1.1`

// No early exit, so that the compiler makes vector instructions of it.
bool has_control(std::string_view text) noexcept {
  unsigned bad = 0;
  for (const char c : text) bad |= static_cast<unsigned>(is_control(c));
  return bad != 0;
}

// A target may hold every octet but controls, the space and `#`. See the class for why so many.
bool has_bad_target_character(std::string_view text) noexcept {
  unsigned bad = 0;
  for (const char c : text) {
    const auto u = static_cast<std::uint8_t>(c);
    bad |= static_cast<unsigned>(u <= 0x20) | static_cast<unsigned>(u == 0x7F) | static_cast<unsigned>(u == '#');
  }
  return bad != 0;
}

bool is_token(std::string_view text) noexcept { return !text.empty() && std::ranges::all_of(text, is_token_character); }

Method method_of(std::string_view text) noexcept {  // names of methods are case-sensitive, RFC 9110 9.1
  switch (text.size()) {
    case 3:
      return text == "GET" ? Method::get : text == "PUT" ? Method::put : Method::other;
    case 4:
      return text == "POST" ? Method::post : text == "HEAD" ? Method::head : Method::other;
    case 5:
      return text == "PATCH" ? Method::patch : text == "TRACE" ? Method::trace : Method::other;
    case 6:
      return text == "DELETE" ? Method::delete_ : Method::other;
    case 7:
      return text == "OPTIONS" ? Method::options : text == "CONNECT" ? Method::connect : Method::other;
    default:
      return Method::other;
  }
}

// RFC 9110 4.2: host and an optional port, no user. An empty one is allowed where the target needs no authority.
bool is_authority(std::string_view text) noexcept {
  if (!std::ranges::all_of(text, [](char c) { return detail::host_characters(c); })) return false;
  std::string_view port;
  if (!text.empty() && text.front() == '[') {
    const auto bracket = text.find(']');
    if (bracket == std::string_view::npos || bracket == 1) return false;
    port = text.substr(bracket + 1);
    text = text.substr(1, bracket - 1);
    if (!port.empty() && port.front() != ':') return false;
    if (port.find_first_of("[]") != std::string_view::npos) return false;
    if (text.find('[') != std::string_view::npos) return false;
  } else {
    if (text.find_first_of("[]") != std::string_view::npos) return false;
    const auto colon = text.find(':');
    if (colon != std::string_view::npos) port = text.substr(colon);
  }
  if (!port.empty()) port.remove_prefix(1);
  return port.size() <= 5 && std::ranges::all_of(port, is_digit);
}

}  // namespace

void HeadParser::reset() noexcept {
  auto pieces = std::move(pieces_);  // its memory serves the next request too
  pieces.clear();
  *this = HeadParser();
  pieces_ = std::move(pieces);
}

bool HeadParser::fail(int status, std::string_view reason) noexcept {
  status_ = status;
  reason_ = reason;
  return false;
}

HeadParser::State HeadParser::parse(std::string_view text, const Limits& limits, RequestHead& head,
                                    std::vector<HeaderField>& fields) {
  assert(status_ == 0);
  for (;;) {
    if (!has_request_line_ && line_ < text.size()) {
      // A stranger to HTTP (TLS, say) may never send a line end: look at the first byte before waiting for one.
      const char first = text[line_];
      if (!is_token_character(first) && (first != '\r' || line_ != 0)) {
        fail(400, "The request line does not begin with a method");
        return State::failed;
      }
    }
    // A line may take what is left of the head; the request line only what its parts may.
    const std::size_t head_left = limits.header_size - std::min(limits.header_size, line_ - begin_);
    const std::size_t request_line_most = method_size + 1 + limits.target_size + 1 + version_size + 2;
    const std::size_t most = has_request_line_ ? head_left : std::min(head_left, request_line_most);
    const std::string_view searched = text.substr(0, std::min(text.size(), line_ + most));
    const auto line_feed = searched.find('\n', std::max(scanned_, line_));
    if (line_feed == std::string_view::npos) {
      scanned_ = searched.size();
      if (text.size() - line_ < most) return State::more;
      if (!has_request_line_ && most == request_line_most) {
        const bool method_fits = text.substr(line_, method_size + 1).find(' ') != std::string_view::npos;
        method_fits ? fail(414, "The request target is too long") : fail(400, "The method is too long");
      } else {
        fail(431, "The header section is too large");
      }
      return State::failed;
    }
    if (line_feed == line_ || text[line_feed - 1] != '\r') {
      fail(400, "A line ends in a bare LF");
      return State::failed;
    }
    const std::string_view line = text.substr(line_, line_feed - 1 - line_);
    if (!has_request_line_) {
      if (line.empty() && line_ == 0) {
        begin_ = line_ = line_feed + 1;
        continue;
      }
      if (!take_request_line(text, line, limits)) return State::failed;
      has_request_line_ = true;
    } else if (line.empty()) {
      line_ = line_feed + 1;
      return finish(text, head, fields) ? State::done : State::failed;
    } else if (!take_field(text, line, limits)) {
      return State::failed;
    }
    line_ = line_feed + 1;
  }
}

bool HeadParser::take_request_line(std::string_view text, std::string_view line, const Limits& limits) {
  const auto piece = [&](std::string_view part) {
    return Piece{static_cast<std::uint32_t>(part.data() - text.data()), static_cast<std::uint32_t>(part.size())};
  };
  const auto space = line.substr(0, method_size + 1).find(' ');
  if (space == std::string_view::npos) {
    return fail(400, line.size() > method_size ? "The method is too long" : "The request line is malformed");
  }
  const auto method = line.substr(0, space);
  if (!is_token(method)) return fail(400, "The method is no token");
  const auto rest = line.substr(space + 1);
  const auto last_space = rest.rfind(' ');
  if (last_space == std::string_view::npos) return fail(400, "The request line names no HTTP version");
  const auto target = rest.substr(0, last_space);
  const auto version = rest.substr(last_space + 1);
  if (target.size() > limits.target_size) return fail(414, "The request target is too long");
  if (target.empty() || has_bad_target_character(target)) {
    return fail(400, "The request target is empty or holds a space, a control character or a fragment");
  }
  if (version.size() != version_size || !version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' ||
      !is_digit(version[7])) {
    return fail(400, "The HTTP version is malformed");
  }
  if (version[5] != '1' || version[7] > '1') return fail(505, "Only HTTP/1.0 and HTTP/1.1 are spoken here");
  minor_version_ = version[7] - '0';
  kind_ = method_of(method);
  method_ = piece(method);
  target_ = piece(target);
  request_line_ = piece(line);
  return take_target(text);
}

bool HeadParser::take_target(std::string_view text) {  // RFC 9112 3.2
  const auto target = target_.of(text);
  Piece rest = target_;
  if (target.front() != '/') {
    if (target == "*" && kind_ == Method::options) {
      path_ = target_;
      return true;
    }
    if (kind_ == Method::connect) {  // authority-form: an application refuses it by its method
      if (!is_authority(target)) return fail(400, "The request target is no authority");
      path_ = Piece{target_.at + target_.size, 0};
      return true;
    }
    const auto colon = target.find("://");
    const auto scheme = target.substr(0, colon == std::string_view::npos ? 0 : colon);
    if (!iequals_ascii(scheme, "http") && !iequals_ascii(scheme, "https")) {
      return fail(400, "The request target is neither a path nor an http address");
    }
    const auto after = target.substr(colon + 3);
    const auto authority = after.substr(0, after.find_first_of("/?"));
    if (authority.empty() || !is_authority(authority)) return fail(400, "The authority in the request target is bad");
    host_ = Piece{static_cast<std::uint32_t>(target_.at + colon + 3), static_cast<std::uint32_t>(authority.size())};
    host_in_target_ = true;
    const auto skipped = static_cast<std::uint32_t>(colon + 3 + authority.size());
    rest = Piece{target_.at + skipped, target_.size - skipped};
  } else if (kind_ == Method::connect) {
    return fail(400, "CONNECT wants an authority");
  }
  const auto both = rest.of(text);
  const auto mark = both.find('?');
  path_ = rest;
  if (mark != std::string_view::npos) {
    has_query_ = true;
    path_.size = static_cast<std::uint32_t>(mark);
    query_ = Piece{rest.at + path_.size + 1, rest.size - path_.size - 1};
  }
  return true;
}

bool HeadParser::take_field(std::string_view text, std::string_view line, const Limits& limits) {
  if (is_blank(line.front())) return fail(400, "A header line is folded");
  if (pieces_.size() >= limits.header_count) return fail(431, "There are too many header lines");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return fail(400, "A header line has no colon");
  const auto name = line.substr(0, colon);
  if (!is_token(name)) return fail(400, "The name of a header is no token");
  const auto value = trim_blanks(line.substr(colon + 1));
  if (has_control(value)) return fail(400, "The value of a header holds a control character");
  const auto at = [&](std::string_view part) { return static_cast<std::uint32_t>(part.data() - text.data()); };
  const Piece value_piece{at(value), static_cast<std::uint32_t>(value.size())};
  pieces_.push_back({{at(name), static_cast<std::uint32_t>(name.size())}, value_piece});
  if (name.size() == 4 && iequals_ascii(name, "Host")) return take_host(value, value_piece);
  return take_framing(name, value);
}

bool HeadParser::take_framing(std::string_view name, std::string_view value) {
  switch (name.size()) {
    case 6:
      if (iequals_ascii(name, "Expect")) {
        // RFC 9110 10.1.1: a list, compared in any case
        for_each_element(value, [&](std::string_view one) {
          const bool known = iequals_ascii(one, "100-continue");
          if (!known) expectation_ = Expectation::unknown;
          if (known && expectation_ == Expectation::none) expectation_ = Expectation::continue_;
        });
      }
      return true;
    case 10:
      if (iequals_ascii(name, "Connection")) take_connection(value);
      return true;
    case 14:
      return !iequals_ascii(name, "Content-Length") || take_content_length(value);
    case 17:
      return !iequals_ascii(name, "Transfer-Encoding") || take_transfer_encoding(value);
    default:
      return true;
  }
}

bool HeadParser::take_content_length(std::string_view value) {  // RFC 9112 6.3
  if (content_length_) return fail(400, "Content-Length stands more than once");
  if (value.empty() || value.size() > 19 || !std::ranges::all_of(value, is_digit)) {
    return fail(400, "Content-Length is no number");
  }
  std::uint64_t length = 0;  // 19 digits fit
  for (const char c : value) length = length * 10 + static_cast<std::uint64_t>(c - '0');
  content_length_ = length;
  return true;
}

bool HeadParser::take_transfer_encoding(std::string_view value) {  // RFC 9112 6.1
  if (has_transfer_encoding_) return fail(400, "Transfer-Encoding stands more than once");
  has_transfer_encoding_ = true;
  chunked_ = iequals_ascii(value, "chunked");
  if (chunked_) return true;
  std::string_view last;
  bool tokens = true;
  int chunked_count = 0;
  for_each_element(value, [&](std::string_view one) {
    last = one;
    tokens = tokens && is_token(one);
    chunked_count += iequals_ascii(one, "chunked") ? 1 : 0;
  });
  // The end of such a body could be found, but not what is in it.
  if (tokens && chunked_count == 1 && iequals_ascii(last, "chunked")) {
    return fail(501, "The only transfer coding known here is chunked");
  }
  return fail(400, "Transfer-Encoding is not chunked");
}

bool HeadParser::take_host(std::string_view value, Piece where) {  // RFC 9112 3.2
  if (++hosts_ > 1) return fail(400, "Host stands more than once");
  if (!is_authority(value)) return fail(400, "Host is malformed");
  if (!host_in_target_) host_ = where;
  return true;
}

void HeadParser::take_connection(std::string_view value) {
  for_each_element(value, [&](std::string_view option) {
    says_close_ = says_close_ || iequals_ascii(option, "close");
    says_keep_alive_ = says_keep_alive_ || iequals_ascii(option, "keep-alive");
  });
}

bool HeadParser::finish(std::string_view text, RequestHead& head, std::vector<HeaderField>& fields) {
  if (minor_version_ >= 1 && hosts_ == 0) return fail(400, "Host is missing");
  if (has_transfer_encoding_ && content_length_) return fail(400, "Content-Length beside Transfer-Encoding");
  if (has_transfer_encoding_ && minor_version_ == 0) return fail(400, "Transfer-Encoding in HTTP/1.0");
  if (minor_version_ == 0) expectation_ = Expectation::none;  // RFC 9110 10.1.1
  keeps_alive_ = !says_close_ && (minor_version_ >= 1 || says_keep_alive_);

  fields.clear();
  fields.reserve(pieces_.size());
  for (const auto& piece : pieces_) fields.push_back({piece.name.of(text), piece.value.of(text)});
  head.method = kind_;
  head.method_text = method_.of(text);
  head.target = target_.of(text);
  head.path = path_.size == 0 && host_in_target_ ? std::string_view("/") : path_.of(text);
  head.query = query_.of(text);
  head.has_query = has_query_;
  head.host = host_.of(text);
  head.request_line = request_line_.of(text);
  head.text = text.substr(begin_, line_ - begin_);
  head.headers = fields;
  head.minor_version = minor_version_;
  head.content_length = content_length_;
  head.chunked = chunked_;
  return true;
}

}  // namespace otklik::net
