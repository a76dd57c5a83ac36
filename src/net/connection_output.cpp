// The answer: its head into the batch, its body behind it or piece by piece.
#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "base/log.hpp"
#include "net/connection.hpp"
#include "net/http/answer_head.hpp"
#include "net/http/cors.hpp"
#include "net/takeover.hpp"

namespace otklik::net {
namespace {

constexpr std::size_t copied_body = 16 * 1024;  // up to this a body is copied behind its head: one write for both
constexpr std::size_t batch_most = 64 * 1024;   // answers of pipelined requests are written when they exceed this
constexpr std::size_t file_slice = 256 * 1024;  // bytes of a file sent before others have their turn
constexpr int cost_of_a_slice = 16;
constexpr std::uint64_t read_ahead_from = 1024 * 1024;  // worth a call that makes the kernel read further ahead
constexpr std::size_t source_piece = 32 * 1024;
constexpr int cost_of_a_piece = 4;
constexpr std::size_t logged_path = 512;

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};

std::optional<std::uint64_t> length_of(const Response::Body& body) {
  return std::visit(Overloaded{
                        [](std::monostate) -> std::optional<std::uint64_t> { return 0; },
                        [](const std::string& text) -> std::optional<std::uint64_t> { return text.size(); },
                        [](const std::shared_ptr<const std::string>& text) -> std::optional<std::uint64_t> {
                          return text ? text->size() : 0;
                        },
                        [](const FilePiece& piece) -> std::optional<std::uint64_t> { return piece.length; },
                        [](const FileParts& parts) -> std::optional<std::uint64_t> {
                          std::uint64_t sum = parts.after.size();
                          for (const auto& part : parts.parts) sum += part.before.size() + part.piece.length;
                          return sum;
                        },
                        [](const std::unique_ptr<BodySource>&) -> std::optional<std::uint64_t> { return std::nullopt; },
                        [](const std::unique_ptr<Takeover>&) -> std::optional<std::uint64_t> { return std::nullopt; },
                    },
                    body);
}

}  // namespace

bool Connection::begin_answer() {
  Exchange& e = *exchange_;
  Response& response = e.response;
  answered_ = false;
  const bool is_upgrade = response.status == 101 && std::holds_alternative<std::unique_ptr<Takeover>>(response.body);
  if ((response.status < 200 && !is_upgrade) || response.status > 599) {
    log::error("request {} was answered with the status {}", request_id_text(e.request.id), response.status);
    response = Response::text(500, "Internal error\n");
  }
  if (response.close) close_after_ = true;

  // RFC 9110 8.6, RFC 9112 6.3: no body and no length for 204, none of its own for 304; neither for HEAD, which tells
  // the length that GET would have.
  const bool is_bodiless = response.status == 204 || response.status == 304 || is_upgrade;
  AnswerHead head;
  head.status = response.status;
  head.date_line = worker_.date_line();
  head.request_id = e.request.id;
  head.headers = response.headers;
  if (!is_bodiless) {
    head.content_length = length_of(response.body);
    if (!head.content_length) {
      head.chunked = e.request.minor_version >= 1;
      if (!head.chunked) close_after_ = true;  // its end is the connection's
    }
  }
  if (is_upgrade) {
    head.connection = AnswerHead::Connection::upgrade;
  } else if (close_after_) {
    head.connection = AnswerHead::Connection::close;
  } else if (e.request.minor_version == 0) {
    head.connection = AnswerHead::Connection::keep_alive;
  }
  auto& batch = worker_.batch;
  append_head(batch, head);
  if (!worker_.options().cors_origins.empty()) append_cors_lines(batch, e.request, worker_.options());
  batch.append("\r\n");

  WorkerFigures::add(worker_.figures().by_class[static_cast<std::size_t>(response.status / 100)]);
  if (is_upgrade) {
    phase_ = Phase::sending;
    return true;
  }
  if (is_bodiless || e.request.method == Method::head) {
    finish_exchange();
    return true;
  }
  std::visit(Overloaded{
                 [](std::monostate) {},
                 [&](const std::string& text) { e.memory_left = text; },
                 [&](const std::shared_ptr<const std::string>& text) {
                   if (text) e.memory_left = *text;
                 },
                 [&](const FilePiece& piece) {
                   if (piece.length == 0) return;
                   e.file = piece.file->get();
                   e.file_offset = piece.offset;
                   e.file_left = piece.length;
                   if (piece.length > read_ahead_from) {
                     ::posix_fadvise(e.file, static_cast<off_t>(piece.offset), 0, POSIX_FADV_SEQUENTIAL);
                   }
                 },
                 [](const auto&) {},
             },
             response.body);
  if (e.memory_left.size() <= copied_body && batch.size() + e.memory_left.size() <= batch_most) {
    batch.append(e.memory_left);
    e.sent += e.memory_left.size();
    e.memory_left = {};
  }
  const bool has_more = !e.memory_left.empty() || e.file_left != 0 ||
                        std::holds_alternative<FileParts>(response.body) ||
                        std::holds_alternative<std::unique_ptr<BodySource>>(response.body);
  if (has_more) {
    phase_ = Phase::sending;
  } else {
    finish_exchange();
  }
  return true;
}

// One slice of the answer's body. False when the client has to take something first.
bool Connection::advance_sending() {
  Exchange& e = *exchange_;
  if (!e.memory_left.empty()) return send_memory();
  if (e.file_left != 0) return send_file();
  if (std::holds_alternative<FileParts>(e.response.body) && next_part()) return true;
  if (std::holds_alternative<std::unique_ptr<BodySource>>(e.response.body)) return send_source();
  if (std::holds_alternative<std::unique_ptr<Takeover>>(e.response.body) && e.response.status == 101) {
    if (!flush()) return false;
    hand_over();
    return false;
  }
  finish_exchange();
  return true;
}

bool Connection::send_memory() {
  Exchange& e = *exchange_;
  auto& batch = worker_.batch;
  budget_ -= cost_of_a_slice;
  const auto result = transport_.write(batch, e.memory_left);
  if (result.status == Transport::Status::failed) {
    close_socket();
    return false;
  }
  wrote(result.bytes);
  if (result.bytes < batch.size()) {
    out_.assign(batch, result.bytes);
    out_begin_ = 0;
    batch.clear();
    return false;
  }
  const std::size_t of_body = result.bytes - batch.size();
  batch.clear();
  e.memory_left.remove_prefix(of_body);
  e.sent += of_body;
  return e.memory_left.empty();
}

bool Connection::send_file() {
  Exchange& e = *exchange_;
  if (!worker_.batch.empty() && !flush(true)) return false;
  budget_ -= cost_of_a_slice;
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(e.file_left, file_slice));
  const auto result = transport_.send_file(e.file, e.file_offset, length, worker_.scratch());
  if (result.status == Transport::Status::failed) {
    // The length is out already: a file that became shorter can only be told by closing.
    close_socket();
    return false;
  }
  wrote(result.bytes);
  e.file_offset += result.bytes;
  e.file_left -= result.bytes;
  e.sent += result.bytes;
  return result.bytes != 0;
}

// The text before the next piece into the batch, the piece to be sent. False when there is none left.
bool Connection::next_part() {
  Exchange& e = *exchange_;
  auto& parts = std::get<FileParts>(e.response.body);
  auto& batch = worker_.batch;
  if (e.part < parts.parts.size()) {
    const auto& part = parts.parts[e.part++];
    batch.append(part.before);
    e.sent += part.before.size();
    if (part.piece.length != 0) {
      e.file = part.piece.file->get();
      e.file_offset = part.piece.offset;
      e.file_left = part.piece.length;
    }
    return true;
  }
  batch.append(parts.after);
  e.sent += parts.after.size();
  return false;
}

bool Connection::send_source() {
  Exchange& e = *exchange_;
  auto& batch = worker_.batch;
  if (batch.size() >= batch_most && !flush()) return false;
  budget_ -= cost_of_a_piece;
  const auto scratch = worker_.scratch().first(source_piece);
  std::size_t size = 0;
  bool failed = false;
  try {
    size = std::get<std::unique_ptr<BodySource>>(e.response.body)->read(scratch);
  } catch (const std::exception& exception) {
    log_exception(exception);
    failed = true;
  }
  if (failed || size > scratch.size()) {
    close_socket();  // without a last chunk: the client sees that it is not whole
    return false;
  }
  const bool chunked = e.request.minor_version >= 1;
  if (chunked) {
    char digits[16];
    batch.append(digits, std::to_chars(digits, digits + sizeof digits, size, 16).ptr);
    batch.append("\r\n");
  }
  batch.append(scratch.data(), size);
  e.sent += size;
  if (chunked) batch.append("\r\n");  // RFC 9112 7.1: with size 0 this ends the trailer section too
  if (size == 0) {
    finish_exchange();
    return true;
  }
  return true;
}

// Writes what is queued, then the batch. False when something is left, or the connection is closed.
bool Connection::flush(bool more) {
  auto& batch = worker_.batch;
  while (out_begin_ != out_.size()) {
    const auto result = transport_.write(std::string_view(out_).substr(out_begin_), {}, more || !batch.empty());
    if (result.status == Transport::Status::failed) {
      close_socket();
      return false;
    }
    if (result.bytes == 0) return false;
    wrote(result.bytes);
    out_begin_ += result.bytes;
  }
  if (!out_.empty()) {
    out_ = std::string();  // rare, and an idle connection should hold no memory
    out_begin_ = 0;
  }
  if (batch.empty()) return true;
  const auto result = transport_.write(batch, {}, more);
  if (result.status == Transport::Status::failed) {
    close_socket();
    return false;
  }
  wrote(result.bytes);
  const bool whole = result.bytes == batch.size();
  if (!whole) out_.assign(batch, result.bytes);
  batch.clear();
  return whole;
}

void Connection::wrote(std::size_t bytes) {
  if (bytes == 0) return;
  moved_ = worker_.loop().now();
  WorkerFigures::add(worker_.figures().bytes_out, bytes);
}

void Connection::finish_exchange() {
  Exchange& e = *exchange_;
  if (worker_.options().access_log) {
    auto path = e.request.path;
    if (worker_.options().logged_path != nullptr) path = worker_.options().logged_path(path);
    log::info("http {} {} {} {} {} ms {} id={}", e.request.method_text.empty() ? "-" : e.request.method_text,
              path.empty() ? "-" : path.substr(0, logged_path), e.response.status, e.sent,
              steady_milliseconds() - began_, e.request.peer.text(), request_id_text(e.request.id));
  }
  if (close_after_) {
    unread_input_ = unread_input_ || readable_ || e.has_unread();
    worker_.give_back(std::move(exchange_));
    phase_ = Phase::closing;
    return;
  }
  e.reset_request();
  phase_ = Phase::head;
  if (e.has_unread()) began_ = worker_.loop().now();
  if (worker_.batch.size() > batch_most) flush();
}

void Connection::hand_over() {
  Exchange& e = *exchange_;
  auto takeover = std::move(std::get<std::unique_ptr<Takeover>>(e.response.body));
  worker_.loop().forget(transport_.fd());
  Handover handover{std::move(transport_), std::string(e.unread()) + e.carry, worker_.loop(), e.request.peer,
                    std::move(place_)};
  close_socket();
  takeover->take(std::move(handover));
}

}  // namespace otklik::net
