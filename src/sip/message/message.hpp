#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sip/message/words.hpp"

namespace otklik::sip {

/// One header field, unfolded; compact names are written out.
struct Field {
  std::string name;
  std::string value;
};

/// What a message lacks or has too much of, and the status a request with that fault is answered with.
struct Fault {
  int status = 400;
  std::string_view reason;
};

/// A SIP message whose grammar has been checked as far as this server goes by it. RFC 3261 7, 25.
///
/// The parser is what stands between the network and everything behind it: what it lets through is written anew, so
/// that nothing behind ever sees the bytes of a peer.
class Message {
 public:
  /// Reads one whole message: a datagram, or what a Framer has cut out of a stream. `most_headers` as EdgeLimits.
  /// A fault is of the grammar: what the message wants is judged later. `partly`, if given, gets what could be read of
  /// a faulty request, enough to answer it when it has_reply_fields().
  static std::expected<Message, Fault> parse(std::string_view bytes, std::size_t most_headers = 128,
                                             Message* partly = nullptr);

  [[nodiscard]] bool is_request() const noexcept { return status == 0; }
  /// Whether a response can be made to it: its Via can be read; what else is missing will be missing there too.
  [[nodiscard]] bool has_reply_fields() const noexcept;

  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;  ///< the first of that name
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
  /// All values of a list header, of all its lines; a malformed line gives nothing.
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;
  /// Whether a list of tokens (Require, Supported) holds one.
  [[nodiscard]] bool lists(std::string_view name, std::string_view token) const;

  void add(std::string_view name, std::string_view value) { fields.push_back({std::string(name), std::string(value)}); }
  void add_first(std::string_view name, std::string_view value);
  void set(std::string_view name, std::string_view value);  ///< the only one of that name from now on
  void remove(std::string_view name);

  /// CRLF, no folding, Content-Length as it is.
  [[nodiscard]] std::string write() const;

  std::string method;  ///< of a request, and of CSeq for a response
  std::string uri;     ///< of a request
  int status = 0;      ///< of a response; 0: a request
  std::string reason;
  std::vector<Field> fields;  ///< Via first, one value a line; without Content-Length
  std::string body;

  // Of every message, read already:
  Via via;  ///< the topmost
  NameAddress from;
  NameAddress to;
  std::string call_id;
  std::uint32_t sequence = 0;  ///< of CSeq
};

/// The full name of a header: `v` → `Via`; known names in their usual spelling.
std::string_view full_name(std::string_view name) noexcept;

/// A response to a request: Via, From, To, Call-ID and CSeq are copied. `to_tag` is added where To has none.
Message reply_to(const Message& request, int status, std::string_view reason, std::string_view to_tag);

/// The usual phrase of a status.
/// Ends with a zero: the SIP library keeps the pointer beyond the call.
std::string_view phrase_of(int status) noexcept;

}  // namespace otklik::sip
