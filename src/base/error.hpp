#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace otklik {

/// What the user or a peer can have done wrong, or what the machine could not do. Never a mistake of ours: those
/// assert.
enum class ErrorCode : std::uint8_t {
  bad_request,        ///< a parameter is missing or malformed
  unauthorized,       ///< no or wrong credentials
  forbidden,          ///< known who it is, and he may not
  not_found,          ///< the named object does not exist
  conflict,           ///< it exists already, or the name fits several
  state_not_allowed,  ///< the object's state does not allow it now
  too_large,          ///< past a size limit
  too_many,           ///< past a limit of number or rate; later it may work
  timeout,            ///< took longer than allowed
  storage_full,       ///< no room on the disk: reads go on, writes are refused
  unavailable,        ///< starting, stopping, or a part it needs does not answer
  failed,             ///< something outside failed: a script, a database, a remote server
  internal,           ///< the rest; the cause is in the log under the request's id
};

/// One row of the table that gives each error its name, codes and text.
struct ErrorInfo {
  ErrorCode code;
  std::string_view name;  ///< machine-readable, in JSON and XML error bodies
  int http_status;
  int wire_code;          ///< `error` of a WebSocket answer
  std::string_view text;  ///< English, used when the place that failed said nothing better
};

/// Never fails: every code has its row.
const ErrorInfo& info(ErrorCode code) noexcept;

/// An error as a value. `message` is for the client: no path, no SQL, no stack trace.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;

  Error(ErrorCode c) : code(c), message(info(c).text) {}  // NOLINT(google-explicit-constructor): `return ErrorCode::x`
  Error(ErrorCode c, std::string m) : code(c), message(std::move(m)) {}

  bool operator==(const Error&) const = default;
};

template <class T = void>
using Result = std::expected<T, Error>;

/// `return fail(ErrorCode::not_found, "…")` from a function that returns a Result.
inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected(Error(code, std::move(message)));
}
inline std::unexpected<Error> fail(ErrorCode code) { return std::unexpected(Error(code)); }

}  // namespace otklik
