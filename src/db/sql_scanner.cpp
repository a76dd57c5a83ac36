#include "db/sql_scanner.hpp"

#include "base/text.hpp"

namespace otklik::db {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// What a name may go on with. Bytes of other alphabets count as letters in both databases.
bool is_name_char(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_blank(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v'; }

class Scanner {
 public:
  Scanner(std::string_view sql, Dialect dialect, Placeholder placeholder)
      : sql_(sql), dialect_(dialect), placeholder_(placeholder) {
    out_.text.reserve(sql.size() + 16);
  }

  Result<ScannedSql> run() {
    if (!is_utf8(sql_)) return fail(ErrorCode::bad_request, "the statement is not UTF-8");
    if (sql_.find('\0') != std::string_view::npos) return fail(ErrorCode::bad_request, "the statement holds a NUL");
    while (at_ < sql_.size()) {
      if (auto done = step(); !done) return std::unexpected(std::move(done.error()));
    }
    while (!out_.text.empty() && is_blank(out_.text.back())) out_.text.pop_back();
    if (!seen_something_) return fail(ErrorCode::bad_request, "no statement given");
    return std::move(out_);
  }

 private:
  [[nodiscard]] char next(std::size_t ahead = 1) const noexcept {
    return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool follows_name() const noexcept { return at_ > 0 && is_name_char(sql_[at_ - 1]); }

  Result<> step() {
    const char c = sql_[at_];
    if (c == '-' && next() == '-') return line_comment();
    if (c == '/' && next() == '*') return block_comment();
    if (is_blank(c)) {
      if (seen_something_ && !ended_) out_.text += c;
      ++at_;
      return {};
    }
    if (c == ';') {
      ended_ = ended_ || seen_something_;
      ++at_;
      return {};
    }
    if (ended_) return fail(ErrorCode::bad_request, "more than one statement");
    seen_something_ = true;
    switch (c) {
      case '\'':
        return quoted('\'', is_escape_string());
      case '"':
        return quoted('"', false);
      case '`':
        if (dialect_ == Dialect::sqlite) return quoted('`', false);
        break;
      case '[':
        if (dialect_ == Dialect::sqlite) return bracketed();
        break;
      case '$':
        if (dialect_ == Dialect::postgresql && !follows_name()) return dollar();
        break;
      case '?':
        return question();
      default:
        break;
    }
    out_.text += c;
    ++at_;
    return {};
  }

  // PostgreSQL: an E that is a word of its own makes back-slashes mean something in the string behind it.
  [[nodiscard]] bool is_escape_string() const noexcept {
    if (dialect_ != Dialect::postgresql || at_ == 0) return false;
    const char before = sql_[at_ - 1];
    return (before == 'E' || before == 'e') && (at_ == 1 || !is_name_char(sql_[at_ - 2]));
  }

  Result<> quoted(char quote, bool escapes) {
    const std::size_t begin = at_++;
    while (at_ < sql_.size()) {
      if (escapes && sql_[at_] == '\\') {
        at_ += 2;
        continue;
      }
      if (sql_[at_] == quote) {
        if (next() != quote) {
          ++at_;
          out_.text += sql_.substr(begin, at_ - begin);
          return {};
        }
        ++at_;
      }
      ++at_;
    }
    return fail(ErrorCode::bad_request, "a quote is left open");
  }

  Result<> bracketed() {
    const auto end = sql_.find(']', at_);
    if (end == std::string_view::npos) return fail(ErrorCode::bad_request, "a bracket is left open");
    out_.text += sql_.substr(at_, end + 1 - at_);
    at_ = end + 1;
    return {};
  }

  Result<> dollar() {
    if (is_digit(next())) return fail(ErrorCode::bad_request, "parameters are written ?, not $1");
    std::size_t tag_end = at_ + 1;
    while (tag_end < sql_.size() && is_name_char(sql_[tag_end])) ++tag_end;
    if (tag_end >= sql_.size() || sql_[tag_end] != '$') {  // no quote: an operator character
      out_.text += sql_[at_++];
      return {};
    }
    const std::string_view tag = sql_.substr(at_, tag_end + 1 - at_);
    const auto end = sql_.find(tag, tag_end + 1);
    if (end == std::string_view::npos) return fail(ErrorCode::bad_request, "a dollar quote is left open");
    out_.text += sql_.substr(at_, end + tag.size() - at_);
    at_ = end + tag.size();
    return {};
  }

  Result<> question() {
    if (next() == '?') {
      out_.text += '?';
      at_ += 2;
      return {};
    }
    if (is_digit(next())) return fail(ErrorCode::bad_request, "parameters are written ?, not ?1");
    ++at_;
    ++out_.parameters;
    switch (placeholder_) {
      case Placeholder::question:
        out_.text += '?';
        break;
      case Placeholder::dollar:
        put_number('$');
        break;
      case Placeholder::soci:
        out_.text += ':';
        put_number('p');
        break;
    }
    return {};
  }

  void put_number(char before) {
    out_.text += before;
    out_.text += std::to_string(out_.parameters);
    // `?AND` is a parameter and a word; `$1AND` would be neither
    if (at_ < sql_.size() && is_name_char(sql_[at_])) out_.text += ' ';
  }

  Result<> line_comment() {
    while (at_ < sql_.size() && sql_[at_] != '\n' && (dialect_ == Dialect::sqlite || sql_[at_] != '\r')) ++at_;
    return comment_ended();
  }

  Result<> block_comment() {
    int depth = 0;
    while (at_ < sql_.size()) {
      if (sql_[at_] == '*' && next() == '/') {
        at_ += 2;
        if (--depth == 0) return comment_ended();
      } else if (sql_[at_] == '/' && next() == '*' && (depth == 0 || dialect_ == Dialect::postgresql)) {
        at_ += 2;
        ++depth;
      } else {
        ++at_;
      }
    }
    return fail(ErrorCode::bad_request, "a comment is left open");
  }

  Result<> comment_ended() {
    if (seen_something_ && !ended_) out_.text += ' ';
    return {};
  }

  const std::string_view sql_;
  const Dialect dialect_;
  const Placeholder placeholder_;
  std::size_t at_ = 0;
  bool seen_something_ = false;
  bool ended_ = false;  // a `;` was met: nothing but blanks and comments may follow
  ScannedSql out_;
};

}  // namespace

Result<ScannedSql> scan_sql(std::string_view sql, Dialect dialect, Placeholder placeholder) {
  return Scanner(sql, dialect, placeholder).run();
}

}  // namespace otklik::db
