#include "net/mime/encoded_word.hpp"

#include <optional>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "net/http/characters.hpp"
#include "net/mime/charset.hpp"

namespace otklik::net::mime {
namespace {

struct Word {
  std::string_view charset;
  std::string bytes;
  std::size_t length = 0;  // of its spelling
};

/// `Q`: as quoted-printable, and an underscore is a space. RFC 2047 4.2.
std::string decode_q(std::string_view text) {
  std::string spaced(text);
  for (char& c : spaced) {
    if (c == '_') c = ' ';
  }
  return decode_escapes(spaced, '=');
}

/// The encoded word that `text` begins with. RFC 2047 2: no white space in it.
std::optional<Word> word_at(std::string_view text) {
  if (!text.starts_with("=?")) return std::nullopt;
  const auto charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 3 >= text.size() || text[charset_end + 2] != '?') {
    return std::nullopt;
  }
  // No question mark within (RFC 2047 4.2): the first one ends it, so that a text of nothing but beginnings is still
  // read in one go.
  const auto end = text.find('?', charset_end + 3);
  if (end == std::string_view::npos || end + 1 >= text.size() || text[end + 1] != '=') return std::nullopt;
  const auto content = text.substr(charset_end + 3, end - charset_end - 3);
  Word word;
  word.charset = text.substr(2, charset_end - 2);
  word.charset = word.charset.substr(0, word.charset.find('*'));  // RFC 2231 5: a language may follow
  word.length = end + 2;
  switch (ascii_lower(text[charset_end + 1])) {
    case 'b': {
      auto bytes = from_base64(content);
      if (!bytes) return std::nullopt;
      word.bytes = std::move(*bytes);
      return word;
    }
    case 'q':
      word.bytes = decode_q(content);
      return word;
    default:
      return std::nullopt;
  }
}

}  // namespace

std::string decode_escapes(std::string_view text, char escape) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == escape && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

std::string decode_encoded_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto begin = text.find("=?");
    auto word = begin == std::string_view::npos ? std::nullopt : word_at(text.substr(begin));
    if (!word) {
      const auto plain = begin == std::string_view::npos ? text.size() : begin + 2;
      out += text.substr(0, plain);
      text.remove_prefix(plain);
      continue;
    }
    out += text.substr(0, begin);
    const auto spelling = text.substr(begin);
    std::size_t length = word->length;
    // Words that follow belong together; those of one charset are one text.
    for (;;) {
      const auto next_at = spelling.find_first_not_of(" \t", length);
      auto next = next_at == std::string_view::npos ? std::nullopt : word_at(spelling.substr(next_at));
      if (!next || !iequals_ascii(next->charset, word->charset)) break;
      word->bytes += next->bytes;
      length = next_at + next->length;
    }
    if (const auto decoded = utf8_from(word->charset, word->bytes)) {
      out += *decoded;
      // White space before a word of another charset is none either.
      const auto next_at = spelling.find_first_not_of(" \t", length);
      if (next_at != std::string_view::npos && next_at != length && word_at(spelling.substr(next_at))) length = next_at;
    } else {
      out += spelling.substr(0, length);
    }
    text = spelling.substr(length);
  }
  return out;
}

}  // namespace otklik::net::mime
