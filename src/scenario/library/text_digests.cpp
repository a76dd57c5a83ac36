#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <limits>

#include "base/base64.hpp"
#include "base/random.hpp"
#include "base/uuid.hpp"
#include "scenario/library/cost.hpp"
#include "scenario/library/function.hpp"
#include "scenario/library/text.hpp"

namespace otklik::scenario {
namespace {

constexpr const char* forms[] = {"hex", "base64", "bytes", nullptr};

int push_digest(lua_State* lua, std::string_view bytes, int form) {
  switch (form) {
    case 0:
      push_text(lua, hex(bytes));
      break;
    case 1:
      push_text(lua, base64(bytes));
      break;
    default:
      push_text(lua, bytes);
      break;
  }
  return 1;
}

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string_view shown(const Digest& digest, unsigned size) noexcept {
  return {reinterpret_cast<const char*>(digest.data()), size};
}

template <const EVP_MD* (*kind)()>
int digest(lua_State* lua) {
  const auto text = check_text(lua, 1);
  const int form = luaL_checkoption(lua, 2, "hex", forms);
  charge(lua, reading(text.size()));
  Digest out{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), out.data(), &size, kind(), nullptr) != 1) {
    return luaL_error(lua, "this digest is switched off on this server");
  }
  return push_digest(lua, shown(out, size), form);
}

int hmac_sha256(lua_State* lua) {
  const auto key = check_text(lua, 1);
  const auto text = check_text(lua, 2);
  const int form = luaL_checkoption(lua, 3, "hex", forms);
  luaL_argcheck(lua, key.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()), 1, "key too long");
  charge(lua, reading(key.size() + text.size()));
  Digest out{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), out.data(), &size) == nullptr) {
    return luaL_error(lua, "this digest is switched off on this server");
  }
  return push_digest(lua, shown(out, size), form);
}

/// In a time that does not tell where two secrets differ.
int equal(lua_State* lua) {
  const auto a = check_text(lua, 1);
  const auto b = check_text(lua, 2);
  charge(lua, reading(a.size()));
  lua_pushboolean(lua, a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
  return 1;
}

int uuid(lua_State* lua) {
  push_text(lua, Uuid::random().text());
  return 1;
}

int random(lua_State* lua) {
  const lua_Integer bits = luaL_optinteger(lua, 1, 128);
  luaL_argcheck(lua, bits >= 1 && bits <= 4096, 1, "1 to 4096 bits expected");
  charge(lua, static_cast<std::uint64_t>(bits));
  push_text(lua, random_text(static_cast<std::size_t>(bits)));
  return 1;
}

}  // namespace

void add_text_digests(lua_State* lua) {
  static constexpr luaL_Reg functions[] = {{"sha256", guarded<digest<EVP_sha256>>},
                                           {"sha1", guarded<digest<EVP_sha1>>},
                                           {"md5", guarded<digest<EVP_md5>>},
                                           {"hmac_sha256", guarded<hmac_sha256>},
                                           {"equal", guarded<equal>},
                                           {"uuid", guarded<uuid>},
                                           {"random", guarded<random>},
                                           {nullptr, nullptr}};
  luaL_setfuncs(lua, functions, 0);
}

}  // namespace otklik::scenario
