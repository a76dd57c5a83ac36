#include "net/mime/multipart_parser.hpp"

#include <algorithm>
#include <cstring>

#include "net/http/characters.hpp"

namespace otklik::net::mime {
namespace {

constexpr std::size_t longest_boundary = 200;  // RFC 2046 5.1.1 has 70; some clients have not read it
constexpr std::size_t longest_padding = 128;

std::size_t find(std::string_view text, std::string_view needle, std::size_t from) noexcept {
  const void* at = ::memmem(text.data() + from, text.size() - from, needle.data(), needle.size());
  return at == nullptr ? std::string_view::npos : static_cast<std::size_t>(static_cast<const char*>(at) - text.data());
}

}  // namespace

Result<std::string> boundary_of(const HeaderValue& type) {
  const auto boundary = type.parameter("boundary");
  if (!boundary || boundary->empty()) return fail(ErrorCode::bad_request, "A multipart body has no boundary");
  if (boundary->size() > longest_boundary || std::ranges::any_of(*boundary, is_control) || is_blank(boundary->back())) {
    return fail(ErrorCode::bad_request, "The boundary of a multipart body is malformed");
  }
  return std::string(*boundary);
}

MultipartParser::MultipartParser(std::string_view boundary, PartHandler& handler, const MultipartLimits& limits)
    : MultipartParser(boundary, std::make_shared<Shared>(handler, limits), 1) {}

MultipartParser::MultipartParser(std::string_view boundary, std::shared_ptr<Shared> shared, std::size_t depth)
    : needle_("\n--" + std::string(boundary)), shared_(std::move(shared)), depth_(depth) {}

MultipartParser::~MultipartParser() = default;

/// Whether a delimiter line begins at the front of `text`, which is CR or LF. `partial`: what comes next decides.
MultipartParser::Delimiter MultipartParser::delimiter_at(std::string_view text, bool at_end) const noexcept {
  using enum Delimiter::Kind;
  const Delimiter undecided{at_end ? none : partial, 0};
  std::size_t i = text.front() == '\r' ? 1 : 0;
  const auto known = text.substr(i, needle_.size());
  if (known != std::string_view(needle_).substr(0, known.size())) return {};
  i += known.size();
  if (known.size() < needle_.size()) return undecided;

  const auto rest = text.substr(i);
  if (rest == "-") return undecided;
  const bool closes = rest.starts_with("--");
  if (closes) i += 2;
  const std::size_t padding = i;
  while (i < text.size() && is_blank(text[i])) ++i;
  if (i - padding > longest_padding) return {};
  if (i == text.size()) return closes && at_end ? Delimiter{close, i} : undecided;
  if (closes) return text[i] == '\r' || text[i] == '\n' ? Delimiter{close, i} : Delimiter{};
  if (text[i] == '\n') return {open, i + 1};
  if (text[i] != '\r') return {};
  if (i + 1 == text.size()) return undecided;
  return text[i + 1] == '\n' ? Delimiter{open, i + 2} : Delimiter{};
}

Result<> MultipartParser::feed(std::string_view piece) {
  while (!piece.empty()) {
    if (state_ == State::epilogue) return {};
    if (auto taken = state_ == State::head ? take_head(piece) : take_data(piece); !taken) return taken;
  }
  return {};
}

Result<> MultipartParser::finish() {
  using enum Delimiter::Kind;
  if (state_ == State::preamble || state_ == State::part) {
    for (std::size_t at = 0; at < held_.size(); ++at) {
      if (held_[at] != '\r' && held_[at] != '\n') continue;
      const auto delimiter = delimiter_at(std::string_view(held_).substr(at), true);
      if (delimiter.kind != close) continue;
      if (auto told = data_before(at, held_); !told) return told;
      return reached(delimiter);
    }
  }
  if (state_ != State::epilogue) return fail(ErrorCode::bad_request, "A multipart body ends before its last boundary");
  return {};
}

Result<> MultipartParser::take_data(std::string_view& piece) {
  using enum Delimiter::Kind;
  if (!held_.empty()) return take_held(piece);
  std::size_t from = 0;
  for (;;) {
    const auto line_feed = find(piece, needle_, from);
    if (line_feed == std::string_view::npos) break;
    const std::size_t begin = line_feed > 0 && piece[line_feed - 1] == '\r' ? line_feed - 1 : line_feed;
    const auto delimiter = delimiter_at(piece.substr(begin), false);
    if (delimiter.kind == none) {
      from = line_feed + 1;
      continue;
    }
    if (auto told = data(piece.substr(0, begin)); !told) return told;
    piece.remove_prefix(begin);
    if (delimiter.kind == partial) {
      held_ = piece;
      piece = {};
      return {};
    }
    piece.remove_prefix(delimiter.length);
    return reached(delimiter);
  }
  // The last bytes may begin a delimiter that the next piece goes on with.
  const std::size_t longest = needle_.size() + 1;
  std::size_t at = std::max(from, piece.size() > longest ? piece.size() - longest : 0);
  for (;; ++at) {
    at = piece.find_first_of("\r\n", at);
    if (at == std::string_view::npos) break;
    if (delimiter_at(piece.substr(at), false).kind != partial) continue;
    if (auto told = data(piece.substr(0, at)); !told) return told;
    held_ = piece.substr(at);
    piece = {};
    return {};
  }
  const auto all = std::exchange(piece, {});
  return data(all);
}

/// Goes on with what was held back: nothing in it has been decided.
Result<> MultipartParser::take_held(std::string_view& piece) {
  using enum Delimiter::Kind;
  const std::size_t enough = needle_.size() + longest_padding + 8;
  const std::string joined = held_ + std::string(piece.substr(0, enough));
  for (std::size_t at = 0; at < held_.size(); ++at) {
    if (held_[at] != '\r' && held_[at] != '\n') continue;
    const auto delimiter = delimiter_at(std::string_view(joined).substr(at), false);
    if (delimiter.kind == none) continue;
    if (auto told = data_before(at, joined); !told) return told;
    if (delimiter.kind == partial) {  // then `joined` holds all that has come
      held_is_made_up_ = held_is_made_up_ && at == 0;
      held_ = joined.substr(at);
      piece = {};
      return {};
    }
    piece.remove_prefix(at + delimiter.length - held_.size());
    return reached(delimiter);
  }
  const std::string passed = std::exchange(held_, {});
  return data_before(passed.size(), passed);
}

/// The part of what was held back that turned out to be data.
Result<> MultipartParser::data_before(std::size_t end, std::string_view joined) {
  const std::size_t begin = held_is_made_up_ ? 1 : 0;
  if (end == 0) return {};
  held_is_made_up_ = false;
  return data(joined.substr(begin, end - begin));
}

Result<> MultipartParser::data(std::string_view bytes) {
  if (bytes.empty() || state_ != State::part) return {};
  return nested_ ? nested_->feed(bytes) : shared_->handler.part_data(bytes);
}

Result<> MultipartParser::reached(const Delimiter& delimiter) {
  held_.clear();
  held_is_made_up_ = false;
  const bool ends_part = state_ == State::part;
  state_ = delimiter.kind == Delimiter::Kind::close ? State::epilogue : State::head;
  head_.clear();
  line_ = 0;
  return ends_part ? end_part() : Result<>();
}

Result<> MultipartParser::take_head(std::string_view& piece) {
  const auto end = piece.find('\n');
  const auto bytes = piece.substr(0, end == std::string_view::npos ? piece.size() : end + 1);
  if (head_.size() + bytes.size() > shared_->limits.header_size) {
    return fail(ErrorCode::too_large, "The headers of a part are too large");
  }
  head_ += bytes;
  piece.remove_prefix(bytes.size());
  if (end == std::string_view::npos) return {};
  const auto line = std::string_view(head_).substr(line_);
  const bool is_empty = line == "\n" || line == "\r\n";
  line_ = head_.size();
  return is_empty ? begin_part() : Result<>();
}

Result<> MultipartParser::begin_part() {
  auto head = parse_part_head(head_);
  if (!head) return std::unexpected(head.error());
  head_.clear();
  if (++shared_->parts > shared_->limits.parts)
    return fail(ErrorCode::too_large, "A multipart body has too many parts");
  state_ = State::part;
  // A part without a body: the empty line before the next delimiter is the one that ended its headers.
  held_ = "\n";
  held_is_made_up_ = true;
  if (!head->is_multipart()) return shared_->handler.begin_part(std::move(*head));

  if (depth_ >= shared_->limits.depth) return fail(ErrorCode::bad_request, "Multipart bodies are nested too deeply");
  const bool is_encoded =
      head->encoding == TransferEncoding::base64 || head->encoding == TransferEncoding::quoted_printable;
  // RFC 2045 6.4
  if (is_encoded) return fail(ErrorCode::bad_request, "A nested multipart body may not have a transfer encoding");
  const auto boundary = boundary_of(head->type);
  if (!boundary) return std::unexpected(boundary.error());
  nested_.reset(new MultipartParser(*boundary, shared_, depth_ + 1));
  return {};
}

Result<> MultipartParser::end_part() {
  if (!nested_) return shared_->handler.end_part();
  const auto nested = std::move(nested_);
  return nested->finish();
}

}  // namespace otklik::net::mime
