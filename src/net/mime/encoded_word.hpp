#pragma once
#include <string>
#include <string_view>

namespace otklik::net::mime {

/// `=?UTF-8?B?0J/RgNC40LLQtdGC?=` and its kin in a text, decoded to UTF-8 (RFC 2047). White space between two such
/// words is none; a character cut between them, as some mailers do, is put together. What is no encoded word, or one of
/// an unknown charset, stays as it stands.
std::string decode_encoded_words(std::string_view text);

/// Bytes from pairs of hexadecimal digits behind `escape`; an escape without them stands for itself.
std::string decode_escapes(std::string_view text, char escape);

}  // namespace otklik::net::mime
