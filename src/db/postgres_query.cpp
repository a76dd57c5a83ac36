#include <libpq-fe.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "db/native_query.hpp"
#include "db/session.hpp"

namespace otklik::db {
namespace {

using Moment = std::chrono::steady_clock::time_point;

struct Clearer {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Answer = std::unique_ptr<PGresult, Clearer>;

// Object ids of pg_type.dat, fixed for ever.
enum : Oid {
  oid_bool = 16,
  oid_bytea = 17,
  oid_int8 = 20,
  oid_int2 = 21,
  oid_int4 = 23,
  oid_oid = 26,
  oid_float4 = 700,
  oid_float8 = 701,
  oid_timestamp = 1114,
  oid_timestamptz = 1184,
  oid_numeric = 1700,
};

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number n{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return n;
}

Value numeric(std::string_view text) {
  if (text.find('.') == std::string_view::npos) {
    if (const auto whole = number_of<std::int64_t>(text)) return *whole;
    return std::string(text);
  }
  std::size_t digits = 0;
  for (const char c : text) digits += c >= '0' && c <= '9' ? 1U : 0U;
  if (digits <= 15) {  // so many a double always keeps
    if (const auto number = number_of<double>(text)) return *number;
  }
  return std::string(text);
}

// `2026-11-22 15:04:05.123456+03` without the fraction and the zone; `infinity` as it stands.
std::string moment(std::string_view text) {
  const auto first = text.find(':');
  const auto second = first == std::string_view::npos ? first : text.find(':', first + 1);
  if (second == std::string_view::npos || second + 3 > text.size()) return std::string(text);
  return std::string(text.substr(0, second + 3));
}

std::string bytes_of(const char* text) {
  std::size_t size = 0;
  unsigned char* raw = PQunescapeBytea(reinterpret_cast<const unsigned char*>(text), &size);
  if (raw == nullptr) return {};
  std::string bytes(reinterpret_cast<const char*>(raw), size);
  PQfreemem(raw);
  return bytes;
}

Value value_of(const PGresult* answer, int row, int column) {
  if (PQgetisnull(answer, row, column) != 0) return std::monostate{};
  const char* raw = PQgetvalue(answer, row, column);
  const std::string_view text(raw, static_cast<std::size_t>(PQgetlength(answer, row, column)));
  switch (PQftype(answer, column)) {
    case oid_bool:
      return std::int64_t{text == "t"};
    case oid_int2:
    case oid_int4:
    case oid_int8:
    case oid_oid:
      if (const auto whole = number_of<std::int64_t>(text)) return *whole;
      return std::string(text);
    case oid_float4:
    case oid_float8:
      if (const auto number = number_of<double>(text)) return *number;
      return std::string(text);
    case oid_numeric:
      return numeric(text);
    case oid_timestamp:
    case oid_timestamptz:
      return moment(text);
    case oid_bytea:
      return bytes_of(raw);
    default:
      return std::string(text);
  }
}

// Everything goes as text of no declared type, so that the database takes the type from the place where it stands.
std::optional<std::string> parameter(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&value)) {
    std::array<char, 40> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *number).ptr;
    return std::string(digits.data(), end);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (is_utf8(*text)) return *text;
    return "\\x" + hex(*text);  // bytes, as bytea spells them
  }
  return std::nullopt;
}

class Query {
 public:
  Query(PGconn* connection, const QueryLimits& limits) : connection_(connection), limits_(limits) {}

  Result<Rows> run(const std::string& sql, std::span<const Value> parameters) {
    std::vector<std::optional<std::string>> texts;
    texts.reserve(parameters.size());
    for (const Value& value : parameters) {
      texts.push_back(parameter(value));
      if (texts.back() && texts.back()->find('\0') != std::string::npos) {
        return fail(ErrorCode::bad_request, "PostgreSQL keeps no NUL in a text");
      }
    }
    // One transaction that cannot write: `SET` inside of it comes too late to change that.
    if (limits_.read_only) {
      if (auto begun = statement("BEGIN READ ONLY", {}); !begun) return begun;
    }
    auto rows = statement(sql, texts);
    if (limits_.read_only && after_ == After::usable) {
      const bool still_inside = PQtransactionStatus(connection_) != PQTRANS_IDLE;
      if (!still_inside) after_ = After::spoilt;  // a COMMIT of the scenario's own
      if (still_inside && !statement("ROLLBACK", {})) after_ = After::spoilt;
    }
    if (PQtransactionStatus(connection_) != PQTRANS_IDLE && after_ == After::usable) {
      after_ = After::spoilt;
      if (rows) return fail(ErrorCode::bad_request, "a transaction cannot span several calls");
    }
    return rows;
  }

  [[nodiscard]] After after() const noexcept { return after_; }

 private:
  Result<Rows> statement(const std::string& sql, const std::vector<std::optional<std::string>>& texts) {
    std::vector<const char*> pointers;
    pointers.reserve(texts.size());
    for (const auto& text : texts) pointers.push_back(text ? text->c_str() : nullptr);
    if (pointers.size() > 65535) return fail(ErrorCode::bad_request, "too many parameters");
    PQsetnonblocking(connection_, 1);
    if (PQsendQueryParams(connection_, sql.c_str(), static_cast<int>(pointers.size()), nullptr, pointers.data(),
                          nullptr, nullptr, 0) == 0) {
      return broken();
    }
    PQsetSingleRowMode(connection_);
    Rows out;
    std::size_t bytes = 0;
    std::optional<Error> error;
    for (;;) {
      if (!wait_for_answer()) return std::unexpected(std::move(*stopped_));
      const Answer answer(PQgetResult(connection_));
      if (!answer) break;
      switch (PQresultStatus(answer.get())) {
        case PGRES_SINGLE_TUPLE:
        case PGRES_TUPLES_OK:
          if (auto taken = take(answer.get(), out, bytes); !taken) return give_up(std::move(taken.error()));
          break;
        case PGRES_COMMAND_OK:
          break;
        case PGRES_COPY_IN:
        case PGRES_COPY_OUT:
        case PGRES_COPY_BOTH:
          return give_up({ErrorCode::bad_request, "COPY has no place in a query"});
        default:
          error = error_of(answer.get());
          break;
      }
      note_command(answer.get(), out);
    }
    if (PQstatus(connection_) != CONNECTION_OK) after_ = After::spoilt;
    if (error) return std::unexpected(std::move(*error));
    return out;
  }

  // Sends what is left and reads until PQgetResult will not block. False: out of time or broken, see stopped_.
  bool wait_for_answer() {
    for (;;) {
      const int unsent = PQflush(connection_);
      if (unsent < 0) return stop(ErrorCode::unavailable, "the connection to the database broke");
      if (unsent == 0 && PQisBusy(connection_) == 0) return true;
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(limits_.deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) {
        cancel();
        return stop(ErrorCode::timeout, "the query took too long");
      }
      pollfd socket{PQsocket(connection_), static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN), 0};
      const int ready = ::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)));
      if (ready < 0 && errno != EINTR) return stop(ErrorCode::failed, "waiting for the database failed");
      if (ready > 0 && (socket.revents & (POLLIN | POLLERR | POLLHUP)) != 0 && PQconsumeInput(connection_) == 0) {
        return stop(ErrorCode::unavailable, "the connection to the database broke");
      }
    }
  }

  bool stop(ErrorCode code, std::string message) {
    after_ = After::spoilt;
    stopped_.emplace(code, std::move(message));
    return false;
  }

  Result<Rows> give_up(Error error) {
    cancel();
    after_ = After::spoilt;
    return std::unexpected(std::move(error));
  }

  // Tells the server to stop. The connection is closed afterwards, so nothing waits for the server's word on it.
  void cancel() {
    PGcancel* request = PQgetCancel(connection_);
    std::array<char, 256> why{};
    if (request != nullptr) PQcancel(request, why.data(), why.size());
    PQfreeCancel(request);
  }

  Result<> take(const PGresult* answer, Rows& out, std::size_t& bytes) {
    const int columns = PQnfields(answer);
    if (out.columns.empty()) {
      for (int c = 0; c < columns; ++c) out.columns.emplace_back(PQfname(answer, c));
    }
    for (int r = 0; r < PQntuples(answer); ++r) {
      if (out.rows.size() == limits_.most_rows) return fail(ErrorCode::too_large, "the answer has too many rows");
      auto& row = out.rows.emplace_back();
      row.reserve(static_cast<std::size_t>(columns));
      for (int c = 0; c < columns; ++c) {
        bytes += sizeof(Value) + static_cast<std::size_t>(PQgetlength(answer, r, c));
        if (bytes > limits_.most_bytes) return fail(ErrorCode::too_large, "the answer has too many bytes");
        row.push_back(value_of(answer, r, c));
      }
    }
    return {};
  }

  // What changes data leaves the session as it was; SET, LISTEN, PREPARE and the like would meet the next caller.
  void note_command(PGresult* answer, Rows& out) {
    const std::string_view tag(PQcmdStatus(answer));
    const std::string_view verb = tag.substr(0, tag.find(' '));
    if (verb == "INSERT" || verb == "UPDATE" || verb == "DELETE" || verb == "MERGE") {
      out.affected = number_of<std::int64_t>(PQcmdTuples(answer)).value_or(0);
      return;
    }
    for (const std::string_view changing : {"SET", "RESET", "LISTEN", "PREPARE", "DECLARE", "LOAD", "DISCARD"}) {
      if (verb == changing) after_ = After::spoilt;
    }
  }

  Result<Rows> broken() {
    after_ = After::spoilt;
    return fail(ErrorCode::unavailable, "the connection to the database broke");
  }

  Error error_of(const PGresult* answer) {
    const char* raw_state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    const char* raw_message = PQresultErrorField(answer, PG_DIAG_MESSAGE_PRIMARY);
    const std::string_view state = raw_state == nullptr ? "" : raw_state;
    const std::string message = raw_message == nullptr ? "" : raw_message;
    const std::string_view kind = state.substr(0, 2);
    if (state.empty() || kind == "08" || state.starts_with("57P")) {
      after_ = After::spoilt;
      return {ErrorCode::unavailable, "the connection to the database broke"};
    }
    if (state == "57014") return {ErrorCode::timeout, "the query took too long"};  // cancelled
    if (state == "25006") return {ErrorCode::bad_request, "the data source is read-only"};
    if (state == "53100") return {ErrorCode::storage_full};
    if (kind == "53") return {ErrorCode::unavailable, message};
    if (kind == "40" || kind == "55" || kind == "57" || kind == "58" || kind == "XX")
      return {ErrorCode::failed, message};
    return {ErrorCode::bad_request, message};
  }

  PGconn* connection_;
  const QueryLimits& limits_;
  After after_ = After::usable;
  std::optional<Error> stopped_;
};

}  // namespace

QueryResult query_postgres(::pg_conn* handle, const std::string& sql, std::span<const Value> parameters,
                           const QueryLimits& limits) {
  Query query(handle, limits);
  QueryResult result{query.run(sql, parameters)};
  result.after = query.after();
  return result;
}

bool is_alive(::pg_conn* handle) {
  if (PQstatus(handle) != CONNECTION_OK) return false;
  pollfd socket{PQsocket(handle), POLLIN, 0};
  // Something came unasked: a farewell, an end of file, or (rarely) a notice, which costs a needless connection.
  return ::poll(&socket, 1, 0) <= 0;
}

}  // namespace otklik::db
