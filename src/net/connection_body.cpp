// The body of a request: admission, collecting, streaming.
#include <algorithm>
#include <cassert>
#include <exception>

#include "net/connection.hpp"

namespace otklik::net {
namespace {

constexpr std::size_t first_reserve = 64 * 1024;
constexpr std::size_t chunked_read = 16 * 1024;  // what follows the body is copied: keep that small
constexpr int cost_of_a_read = 4;

}  // namespace

/// Hears what the application decides, and keeps it until admit() has returned.
class Connection::Decision final : public Admission {
 public:
  void collect(std::size_t limit) override {
    kind = Kind::collect;
    collected_most = limit;
  }
  void stream(std::unique_ptr<BodySink> s) override {
    kind = Kind::stream;
    sink = std::move(s);
  }
  void refuse(Response&& r) override {
    kind = Kind::refuse;
    response = std::move(r);
  }

  enum class Kind { none, collect, stream, refuse } kind = Kind::none;
  std::size_t collected_most = 0;
  std::unique_ptr<BodySink> sink;
  Response response;
};

void Connection::begin_body() {
  Exchange& e = *exchange_;
  Decision decision;
  try {
    application_.admit(e.request, decision, worker_.limits().body_size);
  } catch (const std::exception& exception) {
    log_exception(exception);
    decision.kind = Decision::Kind::none;
  }
  const std::uint64_t length = e.request.content_length.value_or(0);
  switch (decision.kind) {
    case Decision::Kind::none:
      refuse(500, "Internal error");
      return;
    case Decision::Kind::refuse:
      e.response = std::move(decision.response);
      e.response.close = true;
      unread_input_ = true;
      answered_ = true;
      phase_ = Phase::serving;
      return;
    case Decision::Kind::collect:
      if (length > decision.collected_most) {
        refuse(413, "The body is too large");
        return;
      }
      break;
    case Decision::Kind::stream:
      assert(decision.sink != nullptr);
      break;
  }
  e.body_limit = decision.collected_most;
  e.sink = std::move(decision.sink);
  e.body_left = length;
  received_ = 0;
  body_paused_ = false;
  began_ = moved_ = worker_.loop().now();
  phase_ = Phase::body;
  if (e.sink) e.sink->begin(BodyFlow(weak_from_this(), e.request.id));
  // RFC 9110 10.1.1: not when the body is on its way already
  if (e.parser.expectation() == HeadParser::Expectation::continue_ && e.begin == e.end) {
    worker_.batch.append("HTTP/1.1 100 Continue\r\n\r\n");
  }
}

bool Connection::advance_body() {
  Exchange& e = *exchange_;
  if (body_paused_) return false;
  if (e.begin != e.end) {
    const auto unread = e.unread();
    if (!e.request.chunked && !e.sink && unread.size() >= e.body_left) {  // whole, where it lies
      e.request.body = unread.substr(0, e.body_left);
      e.begin += e.body_left;
      e.body_left = 0;
      end_body();
      return true;
    }
    return take_body(unread);
  }
  if (!readable_) {
    if (ended_) close_socket();
    return false;
  }
  budget_ -= cost_of_a_read;
  Transport::Result result;
  if (!e.request.chunked && !e.sink) {
    // Straight to where it stays. The length said is not believed beyond what has come: memory grows with the data.
    const std::size_t held = e.body.size();
    if (e.body.capacity() - held < first_reserve / 4) {
      e.body.reserve(std::max(first_reserve, e.body.capacity() * 2));
    }
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(e.body_left, e.body.capacity() - held));
    e.body.resize_and_overwrite(held + room, [&](char* bytes, std::size_t) {
      result = read(bytes + held, room);
      return held + result.bytes;
    });
    if (phase_ != Phase::body) return true;
    e.body_left -= result.bytes;
    received_ += result.bytes;
    if (e.body_left == 0) {
      end_body();
      return true;
    }
  } else {
    const auto scratch = worker_.scratch();
    const auto room = e.request.chunked
                          ? chunked_read
                          : static_cast<std::size_t>(std::min<std::uint64_t>(e.body_left, scratch.size()));
    result = read(scratch.data(), room);
    if (phase_ != Phase::body) return true;
    if (result.bytes != 0 && !take_body({scratch.data(), result.bytes})) return false;
    if (phase_ != Phase::body) return true;
  }
  if (result.bytes != 0 && is_too_slow()) {
    lose_body();
    WorkerFigures::add(worker_.figures().timed_out);
    refuse(408, "The body arrives too slowly");
  }
  return true;
}

// Bytes from the buffer (then it is moved on) or from the scratch (then what follows the body is put aside).
bool Connection::take_body(std::string_view bytes) {
  Exchange& e = *exchange_;
  const bool buffered = bytes.data() == e.buffer.get() + e.begin;
  const auto taken = [&](std::size_t n) {
    if (buffered) e.begin += n;
    received_ += n;
    bytes.remove_prefix(n);
  };
  if (!e.request.chunked) {
    const auto piece = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(e.body_left, bytes.size())));
    e.body_left -= piece.size();
    taken(piece.size());
    if (!take_piece(piece)) return true;
    if (e.body_left == 0) end_body();
    return true;
  }
  while (!bytes.empty()) {
    const auto step = e.chunks.step(bytes);
    taken(step.taken);
    if (!e.sink && e.chunks.announced() > e.body_limit) {
      refuse(413, "The body is too large");
      return true;
    }
    if (!step.data.empty() && !take_piece(step.data)) return true;
    if (e.chunks.state() == ChunkedDecoder::State::failed) {
      lose_body();
      WorkerFigures::add(worker_.figures().malformed);
      refuse(400, "The chunked coding of the body is malformed");
      return true;
    }
    if (e.chunks.state() == ChunkedDecoder::State::done) {
      if (!buffered) e.carry.assign(bytes);
      end_body();
      return true;
    }
  }
  return true;
}

// False when the sink wants no more.
bool Connection::take_piece(std::string_view piece) {
  Exchange& e = *exchange_;
  if (!e.sink) {
    if (e.body.empty()) e.body.reserve(std::max(piece.size(), std::min<std::size_t>(first_reserve, e.body_limit)));
    e.body.append(piece);
    return true;
  }
  bool wanted = false;
  try {
    wanted = e.sink->write(piece);
  } catch (const std::exception& exception) {
    log_exception(exception);
  }
  if (wanted) return true;
  close_after_ = true;
  unread_input_ = true;
  phase_ = Phase::serving;
  answered_ = false;
  e.sink->refused(responder());
  return false;
}

bool Connection::is_too_slow() const {
  const auto& limits = worker_.limits();
  const std::int64_t elapsed = worker_.loop().now() - began_;
  return elapsed > limits.rate_time.count() &&
         received_ * 1000 < limits.minimum_rate * static_cast<std::uint64_t>(elapsed);
}

void Connection::end_body() {
  Exchange& e = *exchange_;
  if (!e.sink) {
    if (e.request.body.empty()) e.request.body = e.body;
    serve();
    return;
  }
  phase_ = Phase::serving;
  answered_ = false;
  try {
    e.sink->finish(responder());
  } catch (const std::exception& exception) {
    log_exception(exception);
  }
}

void Connection::lose_body() {
  if (exchange_->sink) std::exchange(exchange_->sink, nullptr)->abort();
}

void Connection::pause_body(std::uint64_t request) {
  if (phase_ != Phase::body || exchange_->request.id != request || body_paused_) return;
  body_paused_ = true;
  paused_at_ = worker_.loop().now();
}

void Connection::resume_body(std::uint64_t request) {
  if (phase_ != Phase::body || exchange_->request.id != request || !body_paused_) return;
  body_paused_ = false;
  const std::int64_t pause = worker_.loop().now() - paused_at_;
  began_ += pause;  // the client could not help that time
  moved_ += pause;
  if (!in_turn_) {
    worker_.loop().soon([self = shared_from_this()] { self->turn(); });
  }
}

}  // namespace otklik::net
