#include "sip/message/message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace otklik::sip {
namespace {

struct Name {
  char compact;
  std::string_view full;
};
constexpr std::array names{Name{'v', "Via"},
                           Name{'f', "From"},
                           Name{'t', "To"},
                           Name{'i', "Call-ID"},
                           Name{'m', "Contact"},
                           Name{'l', "Content-Length"},
                           Name{'c', "Content-Type"},
                           Name{'e', "Content-Encoding"},
                           Name{'s', "Subject"},
                           Name{'k', "Supported"},
                           Name{'o', "Event"},
                           Name{'u', "Allow-Events"},
                           Name{'r', "Refer-To"},
                           Name{'b', "Referred-By"},
                           Name{'x', "Session-Expires"},
                           Name{'j', "Reject-Contact"},
                           Name{'d', "Request-Disposition"},
                           Name{'a', "Accept-Contact"},
                           Name{'y', "Identity"},
                           Name{0, "CSeq"},
                           Name{0, "Max-Forwards"},
                           Name{0, "Route"},
                           Name{0, "Record-Route"},
                           Name{0, "Authorization"},
                           Name{0, "Proxy-Authorization"},
                           Name{0, "Expires"},
                           Name{0, "User-Agent"},
                           Name{0, "Path"},
                           Name{0, "Require"},
                           Name{0, "Proxy-Require"},
                           Name{0, "Date"}};

/// Those that must not come twice.
constexpr std::array<std::string_view, 6> single{"From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length"};

class Reader {
 public:
  Reader(std::string_view bytes, std::size_t most_headers) : rest_(bytes), most_headers_(most_headers) {}

  std::optional<Fault> read(Message& message);

 private:
  std::optional<std::string_view> line();
  std::optional<Fault> start_line(Message& message);
  std::optional<Fault> field_lines(Message& message);
  std::optional<Fault> known_fields(Message& message);
  std::optional<Fault> body(Message& message);
  void note(int status, std::string_view reason) {
    if (!fault_) fault_ = Fault{status, reason};
  }

  std::string_view rest_;
  std::size_t most_headers_;
  std::optional<Fault> fault_;  ///< the first that does not keep us from reading on
};

/// Up to the line end, which may be a bare LF from careless peers; nothing when there is none.
std::optional<std::string_view> Reader::line() {
  const auto end = rest_.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  auto found = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  if (!found.empty() && found.back() == '\r') found.remove_suffix(1);
  return found;
}

std::optional<Fault> Reader::start_line(Message& message) {
  const auto first = line();
  if (!first) return Fault{400, "No start line"};
  if (first->starts_with("SIP/")) {
    const auto blank = first->find(' ');
    if (blank == std::string_view::npos || first->substr(0, blank) != "SIP/2.0") return Fault{400, "No SIP/2.0"};
    const auto code = first->substr(blank + 1, 3);
    const auto status = number_of(code, 699);
    if (!status || *status < 100 || (first->size() > blank + 4 && (*first)[blank + 4] != ' ')) {
      return Fault{400, "Malformed status"};
    }
    message.status = static_cast<int>(*status);
    message.reason = first->size() > blank + 5 ? std::string(first->substr(blank + 5)) : std::string();
    for (const char c : message.reason) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return Fault{400, "Malformed reason"};
    }
    return std::nullopt;
  }
  const auto blank = first->find(' ');
  if (blank == std::string_view::npos || !is_token(first->substr(0, blank))) return Fault{400, "Malformed method"};
  message.method = first->substr(0, blank);
  if (message.method.size() > 64) message.method.resize(64);
  const auto last = first->rfind(' ');
  if (last == blank) {
    note(400, "Malformed request line");
    return std::nullopt;
  }
  message.uri = first->substr(blank + 1, last - blank - 1);
  const auto version = first->substr(last + 1);
  if (!iequals_ascii(version, "SIP/2.0")) {
    const bool other = version.size() > 4 && iequals_ascii(version.substr(0, 4), "SIP/");
    note(other ? 505 : 400, other ? "Version Not Supported" : "Malformed request line");
  }
  // 19.1: blanks and brackets have no place in a Request-URI.
  const auto uri = Uri::parse(message.uri);
  if (!uri || !uri->headers.empty()) note(400, "Malformed Request-URI");
  return std::nullopt;
}

std::optional<Fault> Reader::field_lines(Message& message) {
  for (;;) {
    const auto next = line();
    if (!next) return Fault{400, "No end of the header"};
    if (next->empty()) return std::nullopt;
    for (std::size_t i = 0; i < next->size(); ++i) {
      const auto byte = static_cast<unsigned char>((*next)[i]);
      const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7F;
      // Behind a backslash the grammar allows it in quoted strings.
      if (control && (i == 0 || (*next)[i - 1] != '\\')) note(400, "Control characters in a header");
    }
    if (next->front() == ' ' || next->front() == '\t') {  // folded
      if (message.fields.empty()) {
        note(400, "A folded line without a header");
        continue;
      }
      message.fields.back().value += ' ';
      message.fields.back().value += trim(*next);
      continue;
    }
    const auto colon = next->find(':');
    const auto name = trim(next->substr(0, std::min(colon, next->size())));
    if (colon == std::string_view::npos || !is_token(name)) {
      note(400, "Malformed header line");
      continue;
    }
    if (message.fields.size() >= most_headers_) return Fault{400, "Too many headers"};
    message.fields.push_back({std::string(full_name(name)), std::string(trim(next->substr(colon + 1)))});
  }
}

std::optional<Fault> Reader::known_fields(Message& message) {
  for (const auto name : single) {
    if (message.count(name) > 1) note(400, "A header that may come once came twice");
  }
  // Via: one value a line, in front.
  const auto vias = message.list("Via");
  const auto top = vias.empty() ? std::nullopt : Via::parse(vias.front());
  if (!top) return Fault{400, "No Via that can be read"};
  message.via = *top;
  std::vector<Field> fields;
  fields.reserve(message.fields.size() + vias.size());
  for (const auto& one : vias) {
    if (!Via::parse(one)) note(400, "Malformed Via");
    fields.push_back({"Via", one});
  }
  for (auto& field : message.fields) {
    if (field.name != "Via") fields.push_back(std::move(field));
  }
  message.fields = std::move(fields);

  const auto* from = message.find("From");
  const auto* to = message.find("To");
  const auto* call_id = message.find("Call-ID");
  const auto* sequence = message.find("CSeq");
  if (from == nullptr || to == nullptr || call_id == nullptr || sequence == nullptr) {
    return Fault{400, "From, To, Call-ID or CSeq is missing"};
  }
  if (call_id->empty() || call_id->size() > 256 || call_id->find_first_of(" \t<>\",") != std::string::npos) {
    return Fault{400, "Malformed Call-ID"};
  }
  message.call_id = *call_id;
  const auto blank = sequence->find_first_of(" \t");
  const auto count = number_of(std::string_view(*sequence).substr(0, blank), 0xFFFFFFFFU);
  const auto method = blank == std::string::npos ? std::string_view{} : trim(std::string_view(*sequence).substr(blank));
  if (!is_token(method)) return Fault{400, "Malformed CSeq"};
  if (!count || *count > 0x7FFFFFFFU) {
    note(400, "CSeq is out of range");  // 8.1.1.5: less than 2^31
  } else {
    message.sequence = static_cast<std::uint32_t>(*count);
  }
  if (!message.is_request()) {
    message.method = method;
  } else if (method != message.method) {
    note(400, "CSeq does not match the method");
  }
  if (auto parsed = NameAddress::parse(*from)) {
    message.from = std::move(*parsed);
  } else {
    note(400, "Malformed From");
  }
  if (auto parsed = NameAddress::parse(*to)) {
    message.to = std::move(*parsed);
  } else {
    note(400, "Malformed To");
  }
  for (const std::string_view name : {"Contact", "Route", "Record-Route", "Path", "Refer-To", "Referred-By"}) {
    for (const auto& field : message.fields) {
      if (field.name != name || field.value == "*") continue;
      const auto parts = split_list(field.value);
      if (!parts ||
          !std::all_of(parts->begin(), parts->end(), [](auto part) { return NameAddress::parse(part).has_value(); })) {
        note(400, "Malformed address in a header");
      }
    }
  }
  if (const auto* forwards = message.find("Max-Forwards"); forwards != nullptr && !number_of(*forwards, 255)) {
    note(400, "Malformed Max-Forwards");
  }
  if (const auto* expires = message.find("Expires"); expires != nullptr && !number_of(*expires, UINT64_MAX)) {
    // 20.19 allows to take a malformed one for an hour; one with a sign or past all bounds says what it is not.
    note(400, "Malformed Expires");
  }
  return std::nullopt;
}

std::optional<Fault> Reader::body(Message& message) {
  message.body = rest_;
  const auto* length = message.find("Content-Length");
  if (length == nullptr) return std::nullopt;
  const auto count = number_of(*length, UINT32_MAX);
  if (!count) {
    message.body.clear();
    note(400, "Malformed Content-Length");
  } else if (*count > message.body.size()) {
    note(400, "The body is shorter than Content-Length");  // 18.3
  } else {
    message.body.resize(*count);
  }
  message.remove("Content-Length");
  return std::nullopt;
}

std::optional<Fault> Reader::read(Message& message) {
  while (rest_.starts_with("\r\n") || rest_.starts_with("\n")) rest_.remove_prefix(rest_[0] == '\r' ? 2 : 1);  // 7.5
  if (auto fault = start_line(message)) return fault;
  if (auto fault = field_lines(message)) return fault;
  if (auto fault = known_fields(message)) return fault_ ? fault_ : fault;
  if (auto fault = body(message)) return fault;
  return fault_;
}

}  // namespace

std::string_view full_name(std::string_view name) noexcept {
  for (const auto& known : names) {
    if ((name.size() == 1 && ascii_lower(name[0]) == known.compact) || iequals_ascii(name, known.full))
      return known.full;
  }
  return name;
}

std::expected<Message, Fault> Message::parse(std::string_view bytes, std::size_t most_headers, Message* partly) {
  Message message;
  const auto fault = Reader(bytes, most_headers).read(message);
  if (!fault) return message;
  if (partly != nullptr) *partly = std::move(message);
  return std::unexpected(*fault);
}

bool Message::has_reply_fields() const noexcept {
  return is_request() && method != "ACK" && !method.empty() && !via.host.empty();
}

const std::string* Message::find(std::string_view name) const noexcept {
  for (const auto& field : fields) {
    if (iequals_ascii(field.name, name)) return &field.value;
  }
  return nullptr;
}

std::size_t Message::count(std::string_view name) const noexcept {
  return static_cast<std::size_t>(
      std::count_if(fields.begin(), fields.end(), [&](const Field& field) { return iequals_ascii(field.name, name); }));
}

std::vector<std::string> Message::list(std::string_view name) const {
  std::vector<std::string> all;
  for (const auto& field : fields) {
    if (!iequals_ascii(field.name, name)) continue;
    if (const auto parts = split_list(field.value)) all.insert(all.end(), parts->begin(), parts->end());
  }
  return all;
}

bool Message::lists(std::string_view name, std::string_view token) const {
  const auto all = list(name);
  return std::any_of(all.begin(), all.end(), [&](const auto& one) { return iequals_ascii(one, token); });
}

void Message::add_first(std::string_view name, std::string_view value) {
  fields.insert(fields.begin(), {std::string(name), std::string(value)});
}

void Message::set(std::string_view name, std::string_view value) {
  for (auto& field : fields) {
    if (!iequals_ascii(field.name, name)) continue;
    field.value = value;
    return;
  }
  add(name, value);
}

void Message::remove(std::string_view name) {
  std::erase_if(fields, [&](const Field& field) { return iequals_ascii(field.name, name); });
}

std::string Message::write() const {
  std::string out;
  out.reserve(512 + body.size());
  if (is_request()) {
    out.append(method).append(" ").append(uri).append(" SIP/2.0\r\n");
  } else {
    fmt::format_to(std::back_inserter(out), "SIP/2.0 {} {}\r\n", status, reason);
  }
  for (const auto& field : fields) out.append(field.name).append(": ").append(field.value).append("\r\n");
  fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n\r\n", body.size());
  return out += body;
}

Message reply_to(const Message& request, int status, std::string_view reason, std::string_view to_tag) {
  Message reply;
  reply.status = status;
  reply.reason = reason.empty() ? phrase_of(status) : reason;
  reply.method = request.method;
  reply.call_id = request.call_id;
  reply.sequence = request.sequence;
  reply.via = request.via;
  reply.from = request.from;
  reply.to = request.to;
  for (const auto& field : request.fields) {
    if (field.name == "Via" || field.name == "From" || field.name == "Call-ID" || field.name == "CSeq") {
      reply.fields.push_back(field);
    } else if (field.name == "To") {
      reply.fields.push_back(field);
      // A request that could not be read may have a To that cannot: it goes back as it came.
      if (!to_tag.empty() && !request.to.parameters.has("tag") && !request.to.uri.scheme.empty()) {
        reply.to.parameters.set("tag", to_tag);
        reply.fields.back().value = reply.to.text();
      }
    }
  }
  return reply;
}

std::string_view phrase_of(int status) noexcept {
  struct Phrase {
    int status;
    std::string_view text;
  };
  static constexpr std::array phrases{Phrase{100, "Trying"},
                                      Phrase{180, "Ringing"},
                                      Phrase{183, "Session Progress"},
                                      Phrase{200, "OK"},
                                      Phrase{202, "Accepted"},
                                      Phrase{301, "Moved Permanently"},
                                      Phrase{302, "Moved Temporarily"},
                                      Phrase{400, "Bad Request"},
                                      Phrase{401, "Unauthorized"},
                                      Phrase{403, "Forbidden"},
                                      Phrase{404, "Not Found"},
                                      Phrase{405, "Method Not Allowed"},
                                      Phrase{406, "Not Acceptable"},
                                      Phrase{407, "Proxy Authentication Required"},
                                      Phrase{408, "Request Timeout"},
                                      Phrase{410, "Gone"},
                                      Phrase{413, "Request Entity Too Large"},
                                      Phrase{415, "Unsupported Media Type"},
                                      Phrase{416, "Unsupported URI Scheme"},
                                      Phrase{420, "Bad Extension"},
                                      Phrase{423, "Interval Too Brief"},
                                      Phrase{430, "Flow Failed"},
                                      Phrase{480, "Temporarily Unavailable"},
                                      Phrase{481, "Call/Transaction Does Not Exist"},
                                      Phrase{482, "Loop Detected"},
                                      Phrase{483, "Too Many Hops"},
                                      Phrase{484, "Address Incomplete"},
                                      Phrase{486, "Busy Here"},
                                      Phrase{487, "Request Terminated"},
                                      Phrase{488, "Not Acceptable Here"},
                                      Phrase{489, "Bad Event"},
                                      Phrase{491, "Request Pending"},
                                      Phrase{500, "Server Internal Error"},
                                      Phrase{501, "Not Implemented"},
                                      Phrase{502, "Bad Gateway"},
                                      Phrase{503, "Service Unavailable"},
                                      Phrase{504, "Server Time-out"},
                                      Phrase{505, "Version Not Supported"},
                                      Phrase{513, "Message Too Large"},
                                      Phrase{600, "Busy Everywhere"},
                                      Phrase{603, "Decline"},
                                      Phrase{604, "Does Not Exist Anywhere"},
                                      Phrase{606, "Not Acceptable"}};
  for (const auto& phrase : phrases) {
    if (phrase.status == status) return phrase.text;
  }
  return status < 300 ? "OK" : status < 400 ? "Redirected" : status < 500 ? "Request Failure" : "Failure";
}

}  // namespace otklik::sip
