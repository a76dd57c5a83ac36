#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "web_api/method.hpp"

namespace otklik::web_api {

/// What the prolog of an XML answer says while its bytes are UTF-8.
enum class XmlProlog : std::uint8_t {
  utf_16,  ///< as the vendor's description prints it; live clients parse the text and rely on nothing else
  utf_8,   ///< the truth, for strict readers
};

/// How `execsvcscript` carries Return value 1.
enum class ReturnValueShape : std::uint8_t {
  attribute,  ///< attribute `name` of a property_simple, as the description prints it
  cdata,      ///< a property_cdata, as some clients expect
};

/// Callers that need no authorization: the old mode of a server whose authorization is not used.
struct AuthOff {
  std::vector<Network> from;  ///< whose requests count as the user's, whatever header they bring; empty: nobody's
  std::string user;           ///< the login they count as

  bool operator==(const AuthOff&) const = default;
};

/// What the administrator may choose. Each is a setting; web_api.hpp tells what for.
struct Options {
  Language language = Language::ru;  ///< of texts for people

  bool auth_challenge = false;  ///< 401 with a challenge instead of 403 when there is no Authorization header
  std::string realm = "Oktell";
  AuthOff auth_off;
  std::vector<std::string> allowed_origins;  ///< `https://crm.example`: may call across sites with a kept password

  XmlProlog xml_prolog = XmlProlog::utf_16;
  ReturnValueShape return_value = ReturnValueShape::attribute;

  std::chrono::milliseconds script_timeout{30'000};           ///< waited for when a request does not say
  std::chrono::milliseconds script_timeout_ceiling{300'000};  ///< more is cut to it

  std::size_t body_size = 16 * 1024 * 1024;   ///< bytes of a body for a method: 413; the listener's own limit holds too
  std::size_t hook_body_size = 1024 * 1024;   ///< bytes of a body for a hook, which anybody may call: 413
  std::size_t unknown_body_size = 64 * 1024;  ///< read from a caller who shows no Authorization, so that the answer
                                              ///< reaches him; past it he is refused and closed at once

  std::size_t upload_body_size = 0;  ///< bytes of the body of an upload; 0: what the disk has room for. 413
  std::size_t upload_files = 100;    ///< of one upload: 413

  std::string www;                                                  ///< folder of www/; empty: no files are served
  std::vector<std::string> index_files{"index.html", "index.htm"};  ///< tried in this order in a folder
  std::size_t cached_file_size = 64 * 1024;                         ///< bytes up to which a file is kept in memory
  std::size_t file_cache_size = 16 * 1024 * 1024;                   ///< bytes of all files kept; 0: none

  bool operator==(const Options&) const = default;
};

}  // namespace otklik::web_api
