// A plugin of Otklik in C++17: this file and nothing else. docs/plugins.md describes the protocol.
//
//   int main() {
//     otklik::Plugin plugin;
//     plugin.form("hello", [](const otklik::Json& inputs) {
//       return otklik::Json::object({{"text", "Hello, " + inputs["who"].text() + "!"}});
//     });
//     return plugin.run();
//   }
// One thread: one form after another. An exception of a form is its error; its text is what the caller sees.
#pragma once
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <deque>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace otklik {
/// A JSON value.
class Json {
 public:
  using List = std::vector<Json>;
  using Members = std::vector<std::pair<std::string, Json>>;
  Json() = default;
  Json(int value) : value_(std::int64_t{value}) {}
  Json(const char* value) : value_(std::string(value)) {}
  /// A bool, std::int64_t, double, std::string or List.
  template <class T, class = std::enable_if_t<!std::is_same_v<std::decay_t<T>, Json>>>
  Json(T&& value) : value_(std::forward<T>(value)) {}
  static Json object(Members members = {}) { return Json(std::move(members)); }
  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_object() const { return std::holds_alternative<Members>(value_); }
  const std::string& text() const { return get<std::string>("text"); }
  std::int64_t integer() const { return get<std::int64_t>("integer"); }
  bool boolean() const { return get<bool>("boolean"); }
  double number() const {
    const auto* whole = std::get_if<std::int64_t>(&value_);
    return whole ? static_cast<double>(*whole) : get<double>("number");
  }
  const List& list() const { return get<List>("list"); }
  const Members& members() const { return get<Members>("object"); }
  /// The member of an object; null where there is none.
  const Json& operator[](std::string_view name) const {
    static const Json none;
    if (!is_object()) return none;
    for (const auto& [key, value] : members())
      if (key == name) return value;
    return none;
  }

  void write(std::string& out) const {
    std::visit([&out](const auto& value) { write(out, value); }, value_);
  }
  static Json parse(std::string_view text) {
    Parser parser{text.data(), text.data() + text.size()};
    Json out = parser.value(0);
    parser.blanks();
    if (parser.at != parser.end) throw std::runtime_error("something after the end of a JSON text");
    return out;
  }

 private:
  template <class T>
  const T& get(const char* what) const {
    if (const auto* value = std::get_if<T>(&value_)) return *value;
    throw std::runtime_error(std::string("a JSON value is no ") + what);
  }
  static void write(std::string& out, std::monostate) { out += "null"; }
  static void write(std::string& out, bool value) { out += value ? "true" : "false"; }
  static void write(std::string& out, std::int64_t value) { out += std::to_string(value); }
  static void write(std::string& out, double value) {
    if (value - value != 0) return void(out += "null");  // JSON has no infinity and no NaN
    char digits[40];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }
  static void write(std::string& out, const std::string& text) {
    out += '"';
    for (std::string_view rest = text; !rest.empty();) {
      const auto size = character(rest);
      const char c = rest[0];
      char escape[8] = {'\\', c};
      if (size == 1 && c < 0x20) std::snprintf(escape, sizeof escape, "\\u%04x", c);
      const std::string_view one = c == '"' || c == '\\' || c < 0x20 ? escape : escape + 1;
      out += size == 1 ? one : size == 0 ? std::string_view("\xEF\xBF\xBD") : rest.substr(0, size);
      rest.remove_prefix(size == 0 ? 1 : size);
    }
    out += '"';
  }
  /// How many bytes at the beginning of a text are one character; 0: no UTF-8, U+FFFD goes out for it.
  static std::size_t character(std::string_view text) {
    const int c = static_cast<unsigned char>(text[0]), next = text.size() < 2 ? 0 : static_cast<unsigned char>(text[1]);
    std::size_t size = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
    const int least = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80, most = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    if (size > text.size() || (size > 1 && (next < least || next > most))) return 0;
    for (std::size_t i = 2; i < size; ++i) size = (text[i] & 0xC0) == 0x80 ? size : 0;
    return size;
  }
  static void write(std::string& out, const List& list) {
    char before = '[';
    for (const auto& item : list) item.write(out += std::exchange(before, ','));
    out += list.empty() ? "[]" : "]";
  }
  static void write(std::string& out, const Members& members) {
    char before = '{';
    for (const auto& [key, value] : members) {
      write(out += std::exchange(before, ','), key);
      value.write(out += ':');
    }
    out += members.empty() ? "{}" : "}";
  }
  struct Parser {
    const char* at;
    const char* end;
    [[noreturn]] static void wrong() { throw std::runtime_error("no JSON"); }
    void blanks() { at += std::min(rest().find_first_not_of(" \t\r\n"), rest().size()); }
    std::string_view rest() const { return {at, static_cast<std::size_t>(end - at)}; }
    bool take(char c) { return blanks(), at != end && *at == c && ++at; }
    bool next(char last) { return take(',') || (!take(last) && (wrong(), false)); }  // whether another item follows
    bool word(std::string_view text) { return rest().substr(0, text.size()) == text && (at += text.size()); }
    Json value(int level) {
      if (level > 200) wrong();
      blanks();
      if (at == end) wrong();
      if (*at == '"') return text();
      if (take('{')) {
        Members members;
        for (bool more = !take('}'); more; more = next('}')) {
          blanks();
          if (at == end || *at != '"') wrong();
          std::string key = text();
          if (!take(':')) wrong();
          members.emplace_back(std::move(key), value(level + 1));
        }
        return object(std::move(members));
      }
      if (take('[')) {
        List list;
        for (bool more = !take(']'); more; more = next(']')) list.push_back(value(level + 1));
        return list;
      }
      if (word("true")) return true;
      if (word("false")) return false;
      if (word("null")) return {};
      const char* first = at;
      at += std::min(rest().find_first_not_of("+-.eE0123456789"), rest().size());
      std::int64_t whole = 0;
      if (const auto got = std::from_chars(first, at, whole); got.ec == std::errc() && got.ptr == at) return whole;
      double real = 0;
      if (const auto got = std::from_chars(first, at, real); got.ec != std::errc() || got.ptr != at) wrong();
      return real;
    }
    unsigned hex() {
      unsigned out = 0;
      if (end - at < 4 || std::from_chars(at, at + 4, out, 16).ptr != at + 4) wrong();
      return at += 4, out;
    }
    std::string text() {
      static constexpr std::string_view names = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
      std::string out;
      for (++at;;) {
        if (at == end) wrong();
        const char c = *at++;
        if (c == '"') return out;
        if (c != '\\' || at == end) {
          out += c;
        } else if (const auto which = names.find(*at++); which != std::string_view::npos) {
          out += meant[which];
        } else {
          escape(out);
        }
      }
    }
    void escape(std::string& out) {
      if (at[-1] != 'u') wrong();
      unsigned point = hex();
      if (point >= 0xD800 && point < 0xDC00 && word("\\u"))
        point = 0x10000 + ((point - 0xD800) << 10) + (hex() - 0xDC00);
      utf8(out, point);
    }
    static void utf8(std::string& out, unsigned c) {
      int tails = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
      out += static_cast<char>(tails == 0 ? c : (0xFF00U >> (tails + 1) & 0xFFU) | c >> 6 * tails);
      while (tails-- > 0) out += static_cast<char>(0x80U | (c >> 6 * tails & 0x3FU));
    }
  };

  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Members> value_;
};

class Plugin {
 public:
  using Form = std::function<Json(const Json& inputs)>;
  Plugin() : out_(::dup(STDOUT_FILENO)) { ::dup2(STDERR_FILENO, STDOUT_FILENO); }

  /// What the form of that name in the manifest does: from its inputs to its outputs.
  void form(const std::string& name, Form work) { forms_[name] = std::move(work); }
  /// Called with each batch of events; subscribe by ask("subscribe", …) in on_ready.
  std::function<void(const Json& events)> on_events;
  std::function<void()> on_ready;
  /// What the server said in `initialize`: language, what is granted.
  const Json& server() const { return server_; }

  void log(const std::string& message, const std::string& level = "info") {
    send(Json::object(
        {{"jsonrpc", "2.0"}, {"method", "log"}, {"params", Json::object({{"level", level}, {"message", message}})}}));
  }
  /// Asks the server and waits for its answer. Throws what it says when it refuses.
  Json ask(const std::string& method, Json params = Json::object()) {
    const int id = ++asked_;
    send(Json::object({{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}}));
    flush();
    for (Json message; next(message, false);) {
      if (!message["method"].is_null() || message["id"].is_null() || message["id"].integer() != id) {
        later_.push_back(std::move(message));
      } else if (!message["error"].is_null()) {
        throw std::runtime_error(message["error"]["message"].text());
      } else {
        return message["result"];
      }
    }
    throw std::runtime_error("the server has gone");
  }
  /// Serves until the server says stop, or is gone; what is to be done then stands behind it.
  int run() {
    for (Json message; !stopped_ && next(message, true);) take(message);
    flush();
    return 0;
  }

 private:
  bool next(Json& message, bool queued) {
    if (queued && !later_.empty()) return message = std::move(later_.front()), later_.pop_front(), true;
    for (;;) {
      if (const auto feed = in_.find('\n', begin_); feed != std::string::npos) {
        message = Json::parse(std::string_view(in_).substr(begin_, feed - begin_));
        begin_ = feed + 1;
        return true;
      }
      flush();  // everything that has come is answered: now, in one write
      in_.erase(0, std::exchange(begin_, 0));
      char bytes[64 * 1024];
      const auto count = ::read(STDIN_FILENO, bytes, sizeof bytes);
      if (count > 0) in_.append(bytes, static_cast<std::size_t>(count));
      if (count == 0 || (count < 0 && errno != EINTR)) return false;
    }
  }
  void take(const Json& message) {
    if (message["method"].is_null()) return;
    const auto& method = message["method"].text();
    if (method == "stop") stopped_ = true;
    if (message["id"].is_null()) return;
    Json::Members answer{{"jsonrpc", "2.0"}, {"id", message["id"]}};
    try {
      answer.emplace_back("result", result(method, message["params"]));
    } catch (const std::exception& error) {
      answer.emplace_back("error", Json::object({{"code", 1}, {"message", error.what()}}));
    }
    send(Json::object(std::move(answer)));
    if (method == "initialize" && on_ready) on_ready();
  }
  Json result(const std::string& method, const Json& params) {
    if (method == "initialize") return server_ = params, Json::object({{"protocol", 1}});
    if (method == "events") return on_events ? on_events(params["events"]) : void(), Json::object();
    if (method != "call") throw std::runtime_error("no such method: " + method);
    const auto found = forms_.find(params["name"].text());
    if (found == forms_.end()) throw std::runtime_error("the program lacks this form");
    return Json::object({{"outputs", found->second(params["inputs"])}});
  }
  void send(const Json& message) {
    message.write(pending_);
    pending_ += '\n';
  }
  void flush() {
    for (std::size_t done = 0; done < pending_.size();) {
      const auto count = ::write(out_, pending_.data() + done, pending_.size() - done);
      if (count < 0 && errno != EINTR) break;
      if (count > 0) done += static_cast<std::size_t>(count);
    }
    pending_.clear();
  }
  int out_, asked_ = 0;
  std::map<std::string, Form> forms_;
  Json server_;
  std::string in_, pending_;
  std::size_t begin_ = 0;
  std::deque<Json> later_;
  bool stopped_ = false;
};
}  // namespace otklik
