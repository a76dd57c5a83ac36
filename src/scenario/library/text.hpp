#pragma once
#include <lua.hpp>

namespace otklik::scenario {

// The parts of `text`; each adds its functions to the table at the top of the stack.
void add_text_letters(lua_State* lua);  ///< lower upper len sub trim pad …: characters
void add_text_pieces(lua_State* lua);   ///< split lines join replace starts ends contains: pieces
void add_text_codes(lua_State* lua);    ///< from_1251 to_1251 base64 hex url html: encodings
void add_text_digests(lua_State* lua);  ///< sha256 sha1 md5 hmac_sha256 equal uuid random
void add_text_csv(lua_State* lua);      ///< csv_line parse_csv

}  // namespace otklik::scenario
