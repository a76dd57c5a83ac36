#include "plugins/manifest/json_tree.hpp"

#include <simdjson.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace otklik::plugins {
namespace {

constexpr int most_levels = 64;

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool ends_scalar(char c) noexcept { return is_blank(c) || c == ',' || c == ']' || c == '}' || c == ':'; }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  Result<JsonNode> read() {
    JsonNode root;
    skip_blanks();
    if (auto done = value(root, 0); !done) return std::unexpected(done.error());
    skip_blanks();
    if (at_ != text_.size()) return wrong("something after the end of the object");
    return root;
  }

 private:
  [[nodiscard]] std::unexpected<Error> wrong(std::string_view why) const {
    return fail(ErrorCode::bad_request, fmt::format("{}: {}", line_, why));
  }
  [[nodiscard]] char here() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blanks() noexcept {
    for (; at_ < text_.size() && is_blank(text_[at_]); ++at_) {
      if (text_[at_] == '\n') ++line_;
    }
  }

  Result<> value(JsonNode& node, int level) {
    if (level >= most_levels) return wrong("nested too deeply");
    node.line = line_;
    const auto begin = at_;
    Result<> done;
    switch (here()) {
      case '{':
        node.kind = JsonNode::Kind::object;
        done = container(node, level, '}');
        break;
      case '[':
        node.kind = JsonNode::Kind::array;
        done = container(node, level, ']');
        break;
      case '"':
        node.kind = JsonNode::Kind::string;
        done = string(node.text);
        break;
      default:
        done = scalar(node);
    }
    node.raw = text_.substr(begin, at_ - begin);
    return done;
  }

  Result<> container(JsonNode& node, int level, char end) {
    const bool is_object = end == '}';
    ++at_;
    skip_blanks();
    if (here() == end) {
      ++at_;
      return {};
    }
    std::set<std::string> keys;
    for (;;) {
      JsonNode child;
      if (is_object) {
        if (auto done = key(keys, child); !done) return done;
      }
      if (auto done = value(child, level + 1); !done) return done;
      node.children.push_back(std::move(child));
      skip_blanks();
      if (here() == end) {
        ++at_;
        return {};
      }
      if (here() != ',') {
        return wrong(at_ == text_.size() ? std::string_view("the text ends in the middle")
                                         : (is_object ? "a , or } is missing" : "a , or ] is missing"));
      }
      ++at_;
      skip_blanks();
    }
  }

  Result<> key(std::set<std::string>& before, JsonNode& child) {
    if (here() != '"') return wrong("a key in quotes is missing");
    child.key_line = line_;
    if (auto done = string(child.key); !done) return done;
    if (!before.insert(child.key).second) return wrong(fmt::format("\"{}\" stands twice", child.key));
    skip_blanks();
    if (here() != ':') return wrong(fmt::format("a : is missing after \"{}\"", child.key));
    ++at_;
    skip_blanks();
    return {};
  }

  Result<> string(std::string& out) {
    const auto begin = at_++;
    for (;; ++at_) {
      if (at_ >= text_.size() || text_[at_] == '\n') return wrong("a text without its closing quote");
      if (text_[at_] == '"') break;
      if (text_[at_] == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] != '\n') ++at_;
    }
    ++at_;
    return decode(text_.substr(begin, at_ - begin), out);
  }

  Result<> scalar(JsonNode& node) {
    const auto begin = at_;
    while (at_ < text_.size() && !ends_scalar(text_[at_])) ++at_;
    const auto word = text_.substr(begin, at_ - begin);
    if (word.empty()) return wrong(at_ == text_.size() ? "the text ends in the middle" : "a value is missing");
    simdjson::dom::element element;
    if (parser_.parse(word.data(), word.size()).get(element) != simdjson::SUCCESS) {
      return wrong(fmt::format("\"{}\" is no JSON", word.substr(0, 40)));
    }
    node.kind = element.is_null()   ? JsonNode::Kind::null
                : element.is_bool() ? JsonNode::Kind::boolean
                                    : JsonNode::Kind::number;
    return {};
  }

  Result<> decode(std::string_view quoted, std::string& out) {
    std::string_view text;
    if (parser_.parse(quoted.data(), quoted.size()).get(text) != simdjson::SUCCESS) {
      return wrong("a text with a control character, a wrong escape or bytes that are no UTF-8");
    }
    out = text;
    return {};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int line_ = 1;
  simdjson::dom::parser parser_;
};

}  // namespace

const JsonNode* JsonNode::member(std::string_view name) const noexcept {
  if (kind != Kind::object) return nullptr;
  const auto found = std::ranges::find(children, name, &JsonNode::key);
  return found == children.end() ? nullptr : &*found;
}

Result<JsonNode> read_json_tree(std::string_view text) { return Reader(text).read(); }

}  // namespace otklik::plugins
