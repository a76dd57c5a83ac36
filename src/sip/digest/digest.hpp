#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Digest access authentication as SIP uses it: RFC 3261 22, RFC 8760 (SHA-256), RFC 7616.
namespace otklik::sip::digest {

enum class Algorithm : std::uint8_t { md5, sha256 };

std::string_view name_of(Algorithm algorithm) noexcept;  ///< `MD5`, `SHA-256`
/// Lower-case hexadecimal digits of the algorithm's sum.
std::string sum(Algorithm algorithm, std::string_view text);
/// H(user:realm:password), as Account keeps it.
std::string ha1(Algorithm algorithm, std::string_view user, std::string_view realm, std::string_view password);

/// What a request proves itself with: the value of Authorization or Proxy-Authorization.
struct Credentials {
  std::string user;
  std::string realm;
  std::string nonce;
  std::string uri;
  std::string response;
  std::string cnonce;
  std::string opaque;
  std::string qop;  ///< `auth`, or empty for those of RFC 2069
  std::uint32_t nc = 0;
  std::string nc_text;
  Algorithm algorithm = Algorithm::md5;

  /// Nothing for another scheme, a malformed value, an unknown algorithm or a qop other than `auth`.
  static std::optional<Credentials> parse(std::string_view value);
  [[nodiscard]] std::string text() const;
};

/// What a server asks: the value of WWW-Authenticate or Proxy-Authenticate.
struct Challenge {
  std::string realm;
  std::string nonce;
  std::string opaque;
  bool qop_auth = false;
  bool stale = false;
  Algorithm algorithm = Algorithm::md5;

  static std::optional<Challenge> parse(std::string_view value);
  [[nodiscard]] std::string text() const;
};

/// The response that fits: compare it with equal().
std::string response_for(const Credentials& credentials, std::string_view ha1, std::string_view method);

/// Answers a challenge with a name and password. `nc` counts the uses of the nonce, from 1.
Credentials answer(const Challenge& challenge, std::string_view user, std::string_view password,
                   std::string_view method, std::string_view uri, std::uint32_t nc);

/// Without telling by its time where two texts differ.
bool equal(std::string_view a, std::string_view b) noexcept;

}  // namespace otklik::sip::digest
