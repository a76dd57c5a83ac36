#include "sip/sdp/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"

namespace otklik::sip::sdp {
namespace {

constexpr std::size_t text_most = 64 * 1024;
constexpr std::size_t lines_most = 512;
constexpr std::size_t media_most = 16;
constexpr std::size_t formats_most = 64;
constexpr std::size_t keys_most = 16;
constexpr std::size_t candidates_most = 64;
constexpr std::size_t others_most = 128;

struct StaticType {
  std::uint8_t payload;
  std::string_view name;
  std::uint32_t rate;
};
// RFC 3551 6: audio. G722 is said to have 8000 for historical reasons (4.5.2).
constexpr std::array<StaticType, 8> static_types{{{0, "PCMU", 8000},
                                                  {3, "GSM", 8000},
                                                  {4, "G723", 8000},
                                                  {8, "PCMA", 8000},
                                                  {9, "G722", 8000},
                                                  {13, "CN", 8000},
                                                  {15, "G728", 8000},
                                                  {18, "G729", 8000}}};

template <class Number>
bool number(std::string_view text, Number& out, Number most) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || value > most) return false;
  out = value;
  return true;
}

/// Takes the next word off the front; empty at the end.
std::string_view word(std::string_view& rest) {
  const auto start = rest.find_first_not_of(" \t");
  if (start == std::string_view::npos) {
    rest = {};
    return {};
  }
  rest.remove_prefix(start);
  const auto end = std::min(rest.find_first_of(" \t"), rest.size());
  const auto found = rest.substr(0, end);
  rest.remove_prefix(end);
  return found;
}

bool is_clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t'; });
}

std::optional<Direction> direction_of(std::string_view name) {
  if (name == "sendrecv") return Direction::send_receive;
  if (name == "sendonly") return Direction::send_only;
  if (name == "recvonly") return Direction::receive_only;
  if (name == "inactive") return Direction::inactive;
  return std::nullopt;
}

std::string_view name_of(Direction direction) {
  switch (direction) {
    case Direction::send_receive:
      return "sendrecv";
    case Direction::send_only:
      return "sendonly";
    case Direction::receive_only:
      return "recvonly";
    case Direction::inactive:
      return "inactive";
  }
  return "sendrecv";
}

/// What may stand before the first m= line and holds for all of them.
struct Defaults {
  std::string address;
  std::optional<Direction> direction;
  std::string ice_user;
  std::string ice_password;
  std::vector<Fingerprint> fingerprints;
  Setup setup = Setup::none;
  std::uint32_t ptime = 0;
};

/// An m= line on its way: codecs are known only when all rtpmap lines have been read.
struct Draft {
  Media media;
  std::optional<Direction> direction;
  std::vector<Codec> maps;
  std::vector<std::pair<std::uint8_t, std::string>> parameters;
};

class Parser {
 public:
  Result<Session> run(std::string_view text);

 private:
  std::unexpected<Error> wrong(std::string_view what) const {
    return fail(ErrorCode::bad_request, fmt::format("SDP line {}: {}", line_, what));
  }
  Result<> take(char type, std::string_view value);
  Result<> origin(std::string_view value);
  Result<> connection(std::string_view value);
  Result<> media_line(std::string_view value);
  Result<> attribute(std::string_view value);
  Result<> session_attribute(std::string_view name, std::string_view value);
  Result<> media_attribute(Draft& draft, std::string_view name, std::string_view value, std::string_view whole);
  Result<> rtpmap(Draft& draft, std::string_view value);
  Result<> crypto(Media& media, std::string_view value);
  Result<> rtcp(Media& media, std::string_view value);
  void finish(Draft& draft);

  Session session_;
  Defaults defaults_;
  std::vector<Draft> drafts_;
  std::size_t line_ = 0;
  bool origin_seen_ = false;
};

std::optional<Fingerprint> fingerprint_of(std::string_view value) {
  const auto hash = word(value);
  const auto digest = word(value);
  if (hash.empty() || digest.size() < 5 || digest.size() > 256) return std::nullopt;
  Fingerprint print{std::string(hash), std::string(digest)};
  for (char& c : print.hash) c = ascii_lower(c);
  for (char& c : print.value) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
    if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'F') && c != ':') return std::nullopt;
  }
  return print;
}

Setup setup_of(std::string_view value) {
  if (value == "active") return Setup::active;
  if (value == "passive") return Setup::passive;
  if (value == "actpass") return Setup::actpass;
  if (value == "holdconn") return Setup::holdconn;
  return Setup::none;
}

Result<Session> Parser::run(std::string_view text) {
  if (text.size() > text_most) return fail(ErrorCode::too_large, "SDP is too long");
  bool version_seen = false;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (++line_ > lines_most) return wrong("too many lines");
    if (line.empty()) continue;
    if (line.size() < 2 || line[1] != '=') return wrong("is no x=value");
    if (!is_clean(line)) return wrong("holds control characters");
    if (!version_seen) {
      if (line != "v=0") return wrong("does not begin with v=0");
      version_seen = true;
      continue;
    }
    if (auto taken = take(line[0], line.substr(2)); !taken) return std::unexpected(taken.error());
  }
  if (!version_seen) return wrong("is empty");
  if (!origin_seen_) return wrong("has no o=");
  for (auto& draft : drafts_) {
    finish(draft);
    session_.media.push_back(std::move(draft.media));
  }
  return std::move(session_);
}

Result<> Parser::take(char type, std::string_view value) {
  switch (type) {
    case 'o':
      return origin(value);
    case 's':
      session_.name = value.empty() ? "-" : value;
      return {};
    case 'c':
      return connection(value);
    case 'm':
      return media_line(value);
    case 'a':
      return attribute(value);
    default:  // i u e p b t r z k: nothing that a call goes by
      return {};
  }
}

Result<> Parser::origin(std::string_view value) {
  if (origin_seen_) return wrong("a second o=");
  origin_seen_ = true;
  session_.origin_user = word(value);
  const auto id = word(value);
  const auto version = word(value);
  word(value);  // IN
  word(value);  // IP4, IP6
  session_.origin_address = word(value);
  if (session_.origin_address.empty()) return wrong("o= is too short");
  // Some devices write more than 64 bits here. The figures only have to be told apart.
  const auto read = [](std::string_view digits, std::uint64_t& out) {
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
    out = 0;
    for (char c : digits) out = out * 10 + static_cast<std::uint64_t>(c - '0');
    return true;
  };
  if (!read(id, session_.id) || !read(version, session_.version)) return wrong("o= has no numbers");
  return {};
}

Result<> Parser::connection(std::string_view value) {
  const auto net = word(value);
  const auto family = word(value);
  auto address = word(value);
  address = address.substr(0, address.find('/'));  // multicast's TTL
  if (net != "IN" || (family != "IP4" && family != "IP6") || address.empty() || address.size() > 255) {
    return wrong("c= is malformed");
  }
  (drafts_.empty() ? defaults_.address : drafts_.back().media.address) = address;
  return {};
}

Result<> Parser::media_line(std::string_view value) {
  if (drafts_.size() == media_most) return wrong("too many media");
  Draft draft;
  draft.media.kind = word(value);
  auto port = word(value);
  port = port.substr(0, port.find('/'));  // the number of ports: only the first counts
  draft.media.protocol = word(value);
  std::uint32_t port_number = 0;
  if (!number<std::uint32_t>(port, port_number, 65535)) return wrong("m= has no port");
  draft.media.port = static_cast<std::uint16_t>(port_number);
  if (draft.media.kind.empty() || draft.media.protocol.empty()) return wrong("m= is too short");
  for (auto format = word(value); !format.empty(); format = word(value)) {
    if (draft.media.formats.size() == formats_most) return wrong("too many formats");
    draft.media.formats.emplace_back(format);
  }
  if (draft.media.formats.empty()) return wrong("m= has no format");
  drafts_.push_back(std::move(draft));
  return {};
}

Result<> Parser::attribute(std::string_view value) {
  const auto colon = value.find(':');
  const auto name = value.substr(0, colon);
  const auto rest = colon == std::string_view::npos ? std::string_view{} : value.substr(colon + 1);
  if (drafts_.empty()) return session_attribute(name, rest);
  return media_attribute(drafts_.back(), name, rest, value);
}

Result<> Parser::session_attribute(std::string_view name, std::string_view value) {
  if (const auto direction = direction_of(name)) {
    defaults_.direction = direction;
  } else if (name == "ice-ufrag") {
    defaults_.ice_user = trim(value);
  } else if (name == "ice-pwd") {
    defaults_.ice_password = trim(value);
  } else if (name == "ice-lite") {
    session_.ice_lite = true;
  } else if (name == "fingerprint") {
    const auto print = fingerprint_of(value);
    if (!print) return wrong("a=fingerprint is malformed");
    if (defaults_.fingerprints.size() < keys_most) defaults_.fingerprints.push_back(*print);
  } else if (name == "setup") {
    defaults_.setup = setup_of(trim(value));
  } else if (name == "ptime") {
    number<std::uint32_t>(trim(value), defaults_.ptime, 1000);
  } else if (name == "group") {
    auto rest = value;
    if (word(rest) == "BUNDLE") session_.bundle = trim(rest);
  }
  return {};
}

Result<> Parser::media_attribute(Draft& draft, std::string_view name, std::string_view value, std::string_view whole) {
  Media& media = draft.media;
  if (const auto direction = direction_of(name)) {
    draft.direction = direction;
  } else if (name == "rtpmap") {
    return rtpmap(draft, value);
  } else if (name == "fmtp") {
    std::uint32_t payload = 0;
    auto rest = value;
    if (!number<std::uint32_t>(word(rest), payload, 127)) return {};  // of something that is no RTP
    if (draft.parameters.size() < formats_most) {
      draft.parameters.emplace_back(static_cast<std::uint8_t>(payload), std::string(trim(rest)));
    }
  } else if (name == "rtcp-mux") {
    media.rtcp_mux = true;
  } else if (name == "rtcp") {
    return rtcp(media, value);
  } else if (name == "ptime") {
    if (!number<std::uint32_t>(trim(value), media.ptime, 1000)) media.ptime = 0;  // `20.0`, `-`: as if not said
  } else if (name == "maxptime") {
    if (!number<std::uint32_t>(trim(value), media.maxptime, 1000)) media.maxptime = 0;
  } else if (name == "crypto") {
    return crypto(media, value);
  } else if (name == "mid") {
    media.mid = trim(value);
  } else if (name == "ice-ufrag") {
    media.ice_user = trim(value);
  } else if (name == "ice-pwd") {
    media.ice_password = trim(value);
  } else if (name == "candidate") {
    if (media.candidates.size() < candidates_most) media.candidates.emplace_back(value);
  } else if (name == "end-of-candidates") {
    media.end_of_candidates = true;
  } else if (name == "fingerprint") {
    const auto print = fingerprint_of(value);
    if (!print) return wrong("a=fingerprint is malformed");
    if (media.fingerprints.size() < keys_most) media.fingerprints.push_back(*print);
  } else if (name == "setup") {
    media.setup = setup_of(trim(value));
  } else if (media.others.size() < others_most) {
    media.others.emplace_back(whole);
  }
  return {};
}

Result<> Parser::rtpmap(Draft& draft, std::string_view value) {
  std::uint32_t payload = 0;
  if (!number<std::uint32_t>(word(value), payload, 127)) return wrong("a=rtpmap has no payload type");
  auto map = word(value);
  Codec codec;
  codec.payload = static_cast<std::uint8_t>(payload);
  const auto slash = map.find('/');
  if (slash == std::string_view::npos || slash == 0) return wrong("a=rtpmap has no clock rate");
  codec.name = map.substr(0, slash);
  map.remove_prefix(slash + 1);
  const auto second = map.find('/');
  if (!number<std::uint32_t>(map.substr(0, second), codec.rate, 1'000'000) || codec.rate == 0) {
    return wrong("a=rtpmap has no clock rate");
  }
  if (second != std::string_view::npos) {
    std::uint32_t channels = 0;
    if (!number<std::uint32_t>(map.substr(second + 1), channels, 255) || channels == 0) channels = 1;
    codec.channels = static_cast<std::uint8_t>(channels);
  }
  if (draft.maps.size() < formats_most) draft.maps.push_back(std::move(codec));
  return {};
}

// RFC 4568 9.2: tag suite inline:key[|lifetime][|mki:length] [parameters]
Result<> Parser::crypto(Media& media, std::string_view value) {
  Crypto line;
  if (!number<std::uint32_t>(word(value), line.tag, 999'999'999)) return wrong("a=crypto has no tag");
  line.suite = word(value);
  auto keys = word(value);
  line.parameters = trim(value);
  keys = keys.substr(0, keys.find(';'));  // of several keys the first
  constexpr std::string_view method = "inline:";
  if (line.suite.empty() || !iequals_ascii(keys.substr(0, method.size()), method)) {
    return wrong("a=crypto is malformed");
  }
  keys.remove_prefix(method.size());
  const auto bar = keys.find('|');
  line.key = keys.substr(0, bar);
  while (bar != std::string_view::npos && !keys.empty()) {
    const auto at = keys.find('|');
    if (at == std::string_view::npos) break;
    keys.remove_prefix(at + 1);
    const auto part = keys.substr(0, keys.find('|'));
    (part.find(':') == std::string_view::npos ? line.lifetime : line.mki) = part;
  }
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
  if (line.key.size() < 16 || line.key.size() > 128 || line.key.find_first_not_of(alphabet) != std::string::npos) {
    return wrong("a=crypto has no key");
  }
  if (media.crypto.size() < keys_most) media.crypto.push_back(std::move(line));
  return {};
}

Result<> Parser::rtcp(Media& media, std::string_view value) {
  std::uint32_t port = 0;
  if (!number<std::uint32_t>(word(value), port, 65535)) return wrong("a=rtcp has no port");
  media.rtcp_port = static_cast<std::uint16_t>(port);
  word(value);
  word(value);
  media.rtcp_address = word(value);
  return {};
}

void Parser::finish(Draft& draft) {
  Media& media = draft.media;
  if (media.address.empty()) media.address = defaults_.address;
  if (media.ice_user.empty()) media.ice_user = defaults_.ice_user;
  if (media.ice_password.empty()) media.ice_password = defaults_.ice_password;
  if (media.fingerprints.empty()) media.fingerprints = defaults_.fingerprints;
  if (media.setup == Setup::none) media.setup = defaults_.setup;
  if (media.ptime == 0) media.ptime = defaults_.ptime;
  media.direction = draft.direction.value_or(defaults_.direction.value_or(Direction::send_receive));
  // RFC 3264 8.4, the old way to hold: what is sent to 0.0.0.0 is heard by nobody.
  // Browsers write it where only candidates count.
  if ((media.address == "0.0.0.0" || media.address == "::") && media.ice_user.empty()) {
    media.direction = narrowed(media.direction, Direction::send_only);
  }
  if (!media.is_rtp()) return;
  for (const auto& format : media.formats) {
    std::uint32_t payload = 0;
    if (!number<std::uint32_t>(format, payload, 127)) continue;
    std::optional<Codec> codec;
    for (const auto& map : draft.maps) {
      if (map.payload == payload) codec = map;
    }
    if (!codec) codec = static_codec(static_cast<std::uint8_t>(payload));
    if (!codec) continue;
    for (const auto& [of, text] : draft.parameters) {
      if (of == payload) codec->parameters = text;
    }
    media.codecs.push_back(std::move(*codec));
  }
}

std::string_view family_of(std::string_view address) {
  return address.find(':') == std::string_view::npos ? "IP4" : "IP6";
}

std::string_view name_of(Setup setup) {
  switch (setup) {
    case Setup::active:
      return "active";
    case Setup::passive:
      return "passive";
    case Setup::actpass:
      return "actpass";
    case Setup::holdconn:
      return "holdconn";
    case Setup::none:
      break;
  }
  return "";
}

void write_media(std::string& out, const Media& media) {
  auto to = std::back_inserter(out);
  fmt::format_to(to, "m={} {} {}", media.kind, media.port, media.protocol);
  for (const auto& format : media.formats) fmt::format_to(to, " {}", format);
  out += "\r\n";
  if (!media.address.empty()) fmt::format_to(to, "c=IN {} {}\r\n", family_of(media.address), media.address);
  if (media.is_refused() && media.mid.empty()) return;
  if (!media.mid.empty()) fmt::format_to(to, "a=mid:{}\r\n", media.mid);
  for (const auto& codec : media.codecs) {
    fmt::format_to(to, "a=rtpmap:{} {}/{}", codec.payload, codec.name, codec.rate);
    if (codec.channels > 1) fmt::format_to(to, "/{}", codec.channels);
    out += "\r\n";
    if (!codec.parameters.empty()) fmt::format_to(to, "a=fmtp:{} {}\r\n", codec.payload, codec.parameters);
  }
  if (media.is_refused()) return;
  if (media.ptime != 0) fmt::format_to(to, "a=ptime:{}\r\n", media.ptime);
  if (media.maxptime != 0) fmt::format_to(to, "a=maxptime:{}\r\n", media.maxptime);
  if (media.rtcp_port) {
    fmt::format_to(to, "a=rtcp:{}", *media.rtcp_port);
    if (!media.rtcp_address.empty()) fmt::format_to(to, " IN {} {}", family_of(media.rtcp_address), media.rtcp_address);
    out += "\r\n";
  }
  if (media.rtcp_mux) out += "a=rtcp-mux\r\n";
  for (const auto& line : media.crypto) {
    fmt::format_to(to, "a=crypto:{} {} inline:{}", line.tag, line.suite, line.key);
    if (!line.lifetime.empty()) fmt::format_to(to, "|{}", line.lifetime);
    if (!line.mki.empty()) fmt::format_to(to, "|{}", line.mki);
    if (!line.parameters.empty()) fmt::format_to(to, " {}", line.parameters);
    out += "\r\n";
  }
  if (!media.ice_user.empty()) fmt::format_to(to, "a=ice-ufrag:{}\r\n", media.ice_user);
  if (!media.ice_password.empty()) fmt::format_to(to, "a=ice-pwd:{}\r\n", media.ice_password);
  for (const auto& print : media.fingerprints) fmt::format_to(to, "a=fingerprint:{} {}\r\n", print.hash, print.value);
  if (media.setup != Setup::none) fmt::format_to(to, "a=setup:{}\r\n", name_of(media.setup));
  for (const auto& candidate : media.candidates) fmt::format_to(to, "a=candidate:{}\r\n", candidate);
  if (media.end_of_candidates) out += "a=end-of-candidates\r\n";
  for (const auto& other : media.others) fmt::format_to(to, "a={}\r\n", other);
  fmt::format_to(to, "a={}\r\n", name_of(media.direction));
}

}  // namespace

bool Codec::is(std::string_view other_name) const noexcept { return iequals_ascii(name, other_name); }

bool Media::is_rtp() const noexcept { return protocol.find("RTP/") != std::string::npos; }

const Media* Session::audio() const noexcept {
  for (const auto& one : media) {
    if (one.is_audio() && !one.is_refused()) return &one;
  }
  return nullptr;
}

Result<Session> parse(std::string_view text) { return Parser().run(text); }

std::string write(const Session& session) {
  std::string out;
  auto to = std::back_inserter(out);
  fmt::format_to(to, "v=0\r\no={} {} {} IN {} {}\r\ns={}\r\n", session.origin_user.empty() ? "-" : session.origin_user,
                 session.id, session.version, family_of(session.origin_address), session.origin_address, session.name);
  out += "t=0 0\r\n";
  if (session.ice_lite) out += "a=ice-lite\r\n";
  if (!session.bundle.empty()) fmt::format_to(to, "a=group:BUNDLE {}\r\n", session.bundle);
  for (const auto& media : session.media) write_media(out, media);
  return out;
}

std::optional<Codec> static_codec(std::uint8_t payload) {
  for (const auto& type : static_types) {
    if (type.payload == payload) return Codec{payload, std::string(type.name), type.rate, 1, {}};
  }
  return std::nullopt;
}

Direction reversed(Direction direction) noexcept {
  if (direction == Direction::send_only) return Direction::receive_only;
  if (direction == Direction::receive_only) return Direction::send_only;
  return direction;
}

Direction narrowed(Direction ours, Direction allowed) noexcept {
  const auto sends = [](Direction d) { return d == Direction::send_receive || d == Direction::send_only; };
  const auto receives = [](Direction d) { return d == Direction::send_receive || d == Direction::receive_only; };
  const bool send = sends(ours) && sends(allowed);
  const bool receive = receives(ours) && receives(allowed);
  return send ? (receive ? Direction::send_receive : Direction::send_only)
              : (receive ? Direction::receive_only : Direction::inactive);
}

}  // namespace otklik::sip::sdp
