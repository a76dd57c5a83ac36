#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The small grammar that SIP's header fields share (RFC 3261 25.1).
namespace otklik::sip {

bool is_token(std::string_view text) noexcept;  ///< one character at least
/// Decimal digits only, within the bound.
std::optional<std::uint64_t> number_of(std::string_view text, std::uint64_t most) noexcept;

/// The parts between commas that stand outside quotes and angle brackets, trimmed; empty parts are left out.
/// Nothing when quotes or brackets do not close.
std::optional<std::vector<std::string_view>> split_list(std::string_view text);

/// `%41` → `A`. Nothing when an escape is broken.
std::optional<std::string> unescaped(std::string_view text);
/// As the user part of a URI wants it.
std::string escaped_user(std::string_view text);
/// The text between quotes, with backslashes resolved; `text` includes both quotes. Nothing when it is none.
std::optional<std::string> unquoted(std::string_view text);
std::string quoted(std::string_view text);

/// `;name=value;flag` as they come; names are compared without case.
class Parameters {
 public:
  /// Reads all of `text`, which begins with `;` or is empty. Nothing when malformed. `with_gaps`: `;;` is let pass.
  static std::optional<Parameters> parse(std::string_view text, bool with_gaps = false);

  [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const noexcept;
  [[nodiscard]] bool has(std::string_view name) const noexcept { return get(name).has_value(); }
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  [[nodiscard]] bool empty() const noexcept { return list_.empty(); }
  void append_to(std::string& out) const;

 private:
  std::vector<std::pair<std::string, std::string>> list_;  ///< values with their quotes, if they have any
};

/// A SIP or SIPS URI (RFC 3261 19.1), or another scheme, of which only `scheme` and `user` (all after the colon) count.
struct Uri {
  std::string scheme;      ///< lower case
  std::string user;        ///< with its escapes; without password
  std::string password;    ///< never written into a log
  std::string host;        ///< lower case; brackets of IPv6 included
  std::uint16_t port = 0;  ///< 0: none
  Parameters parameters;
  std::string headers;  ///< after `?`, as they came

  static std::optional<Uri> parse(std::string_view text);
  [[nodiscard]] bool is_sip() const noexcept { return scheme == "sip" || scheme == "sips"; }
  [[nodiscard]] std::string text() const;
  /// `host` or `host:port`.
  [[nodiscard]] std::string host_port() const;
};

/// From, To, Contact, Route, Refer-To …: `"Display" <uri>;parameters`, or the short form without brackets.
struct NameAddress {
  std::string display;
  Uri uri;
  Parameters parameters;

  static std::optional<NameAddress> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
};

/// One Via (RFC 3261 20.42).
struct Via {
  std::string transport;  ///< upper case: `UDP`
  std::string host;
  std::uint16_t port = 0;
  Parameters parameters;

  static std::optional<Via> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
};

}  // namespace otklik::sip
