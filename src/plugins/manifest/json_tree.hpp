#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace otklik::plugins {

/// A JSON text for messages about it: every value knows its line. For small files that people write; nothing here is
/// quick.
struct JsonNode {
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  Kind kind = Kind::null;
  int line = 1;
  std::string_view raw;            ///< the value as it stands in the text
  std::string text;                ///< of a string, decoded
  std::vector<JsonNode> children;  ///< of an array or object
  std::string key;                 ///< of a member of an object, decoded
  int key_line = 1;

  /// The member of that name; null: none.
  [[nodiscard]] const JsonNode* member(std::string_view name) const noexcept;
};

/// RFC 8259, UTF-8, a byte-order mark tolerated, at most 64 levels, no key twice in an object. `text` must outlive the
/// tree. Errors: `bad_request` with `line: what is wrong`.
Result<JsonNode> read_json_tree(std::string_view text);

}  // namespace otklik::plugins
