#include "sip/digest/digest.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <memory>
#include <vector>

#include "base/base64.hpp"
#include "base/random.hpp"
#include "base/text.hpp"
#include "sip/message/words.hpp"

namespace otklik::sip::digest {
namespace {

using Fields = std::vector<std::pair<std::string_view, std::string>>;

/// `Digest name="value", name=token, …`
std::optional<Fields> fields_of(std::string_view value) {
  constexpr std::string_view scheme = "Digest";
  value = trim(value);
  if (value.size() > 4096 || value.size() <= scheme.size() || !iequals_ascii(value.substr(0, scheme.size()), scheme) ||
      (value[scheme.size()] != ' ' && value[scheme.size()] != '\t')) {
    return std::nullopt;
  }
  const auto parts = split_list(value.substr(scheme.size()));
  if (!parts) return std::nullopt;
  Fields fields;
  for (const auto part : *parts) {
    const auto equals = part.find('=');
    const auto name = trim(part.substr(0, equals));
    if (equals == std::string_view::npos || !is_token(name)) return std::nullopt;
    const auto text = trim(part.substr(equals + 1));
    if (!text.empty() && text.front() == '"') {
      auto inner = unquoted(text);
      if (!inner) return std::nullopt;
      fields.emplace_back(name, std::move(*inner));
    } else {
      fields.emplace_back(name, std::string(text));
    }
    for (std::size_t i = 0; i + 1 < fields.size(); ++i) {
      if (iequals_ascii(fields[i].first, name)) return std::nullopt;  // twice: which would count?
    }
  }
  return fields;
}

std::optional<Algorithm> algorithm_of(std::string_view name) {
  if (name.empty() || iequals_ascii(name, "MD5")) return Algorithm::md5;
  if (iequals_ascii(name, "SHA-256")) return Algorithm::sha256;
  return std::nullopt;
}

const EVP_MD* implementation(Algorithm algorithm) {
  // Fetched once: each fetch by name takes a lock and a search.
  static EVP_MD* const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return algorithm == Algorithm::md5 ? md5 : sha256;
}

}  // namespace

std::string_view name_of(Algorithm algorithm) noexcept { return algorithm == Algorithm::md5 ? "MD5" : "SHA-256"; }

std::string sum(Algorithm algorithm, std::string_view text) {
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                     &EVP_MD_CTX_free);
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  const auto* how = implementation(algorithm);
  if (how == nullptr || !context || EVP_DigestInit_ex2(context.get(), how, nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), text.data(), text.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), bytes.data(), &size) != 1) {
    return {};  // a machine whose OpenSSL has no MD5 (FIPS): nobody gets in by it
  }
  return hex({reinterpret_cast<const char*>(bytes.data()), size});  // NOLINT: as the call wants it
}

std::string ha1(Algorithm algorithm, std::string_view user, std::string_view realm, std::string_view password) {
  return sum(algorithm, fmt::format("{}:{}:{}", user, realm, password));
}

std::optional<Credentials> Credentials::parse(std::string_view value) {
  const auto fields = fields_of(value);
  if (!fields) return std::nullopt;
  Credentials found;
  for (const auto& [name, text] : *fields) {
    if (iequals_ascii(name, "username")) {
      found.user = text;
    } else if (iequals_ascii(name, "realm")) {
      found.realm = text;
    } else if (iequals_ascii(name, "nonce")) {
      found.nonce = text;
    } else if (iequals_ascii(name, "uri")) {
      found.uri = text;
    } else if (iequals_ascii(name, "response")) {
      found.response = text;
      for (char& c : found.response) c = ascii_lower(c);
    } else if (iequals_ascii(name, "cnonce")) {
      found.cnonce = text;
    } else if (iequals_ascii(name, "opaque")) {
      found.opaque = text;
    } else if (iequals_ascii(name, "qop")) {
      if (!iequals_ascii(text, "auth")) return std::nullopt;
      found.qop = "auth";
    } else if (iequals_ascii(name, "nc")) {
      if (text.size() != 8 || text.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
        return std::nullopt;
      found.nc = static_cast<std::uint32_t>(std::stoul(text, nullptr, 16));
      found.nc_text = text;
    } else if (iequals_ascii(name, "algorithm")) {
      const auto algorithm = algorithm_of(text);
      if (!algorithm) return std::nullopt;
      found.algorithm = *algorithm;
    }
  }
  if (found.user.empty() || found.nonce.empty() || found.response.empty() || found.uri.empty()) return std::nullopt;
  if (!found.qop.empty() && (found.cnonce.empty() || found.nc == 0)) return std::nullopt;
  return found;
}

std::string Credentials::text() const {
  std::string out = fmt::format("Digest username={}, realm={}, nonce={}, uri={}, response=\"{}\", algorithm={}",
                                quoted(user), quoted(realm), quoted(nonce), quoted(uri), response, name_of(algorithm));
  if (!qop.empty()) fmt::format_to(std::back_inserter(out), ", qop={}, nc={}, cnonce={}", qop, nc_text, quoted(cnonce));
  if (!opaque.empty()) fmt::format_to(std::back_inserter(out), ", opaque={}", quoted(opaque));
  return out;
}

std::optional<Challenge> Challenge::parse(std::string_view value) {
  const auto fields = fields_of(value);
  if (!fields) return std::nullopt;
  Challenge found;
  for (const auto& [name, text] : *fields) {
    if (iequals_ascii(name, "realm")) {
      found.realm = text;
    } else if (iequals_ascii(name, "nonce")) {
      found.nonce = text;
    } else if (iequals_ascii(name, "opaque")) {
      found.opaque = text;
    } else if (iequals_ascii(name, "stale")) {
      found.stale = iequals_ascii(text, "true");
    } else if (iequals_ascii(name, "algorithm")) {
      const auto algorithm = algorithm_of(text);
      if (!algorithm) return std::nullopt;
      found.algorithm = *algorithm;
    } else if (iequals_ascii(name, "qop")) {
      const auto options = split_list(text);
      if (!options) return std::nullopt;
      for (const auto option : *options) found.qop_auth = found.qop_auth || iequals_ascii(option, "auth");
      if (!found.qop_auth && !options->empty()) return std::nullopt;  // auth-int alone: not done
    }
  }
  if (found.nonce.empty()) return std::nullopt;
  return found;
}

std::string Challenge::text() const {
  std::string out =
      fmt::format("Digest realm={}, nonce={}, algorithm={}", quoted(realm), quoted(nonce), name_of(algorithm));
  if (qop_auth) out += ", qop=\"auth\"";
  if (stale) out += ", stale=true";
  if (!opaque.empty()) out += ", opaque=" + quoted(opaque);
  return out;
}

std::string response_for(const Credentials& credentials, std::string_view ha1, std::string_view method) {
  const auto ha2 = sum(credentials.algorithm, fmt::format("{}:{}", method, credentials.uri));
  if (credentials.qop.empty()) {
    return sum(credentials.algorithm, fmt::format("{}:{}:{}", ha1, credentials.nonce, ha2));
  }
  return sum(credentials.algorithm, fmt::format("{}:{}:{}:{}:{}:{}", ha1, credentials.nonce, credentials.nc_text,
                                                credentials.cnonce, credentials.qop, ha2));
}

Credentials answer(const Challenge& challenge, std::string_view user, std::string_view password,
                   std::string_view method, std::string_view uri, std::uint32_t nc) {
  Credentials made;
  made.user = user;
  made.realm = challenge.realm;
  made.nonce = challenge.nonce;
  made.uri = uri;
  made.opaque = challenge.opaque;
  made.algorithm = challenge.algorithm;
  if (challenge.qop_auth) {
    made.qop = "auth";
    made.nc = nc;
    made.nc_text = fmt::format("{:08x}", nc);
    made.cnonce = random_text(64);
  }
  made.response = response_for(made, ha1(made.algorithm, user, challenge.realm, password), method);
  return made;
}

bool equal(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && !a.empty() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace otklik::sip::digest
