#include "base/error.hpp"

#include <array>
#include <cstddef>

namespace otklik {
namespace {

constexpr std::array table{
    ErrorInfo{ErrorCode::bad_request, "bad_request", 400, 40001, "The request is malformed"},
    ErrorInfo{ErrorCode::unauthorized, "unauthorized", 403, 40005, "Not authorized"},
    ErrorInfo{ErrorCode::forbidden, "forbidden", 403, 40003, "Not allowed"},
    ErrorInfo{ErrorCode::not_found, "not_found", 404, 40010, "Not found"},
    ErrorInfo{ErrorCode::conflict, "conflict", 409, 40009, "It exists already, or the name is ambiguous"},
    ErrorInfo{ErrorCode::state_not_allowed, "state_not_allowed", 409, 40009, "The state does not allow it"},
    ErrorInfo{ErrorCode::too_large, "too_large", 413, 40001, "Too large"},
    ErrorInfo{ErrorCode::too_many, "too_many", 503, 40012, "Too many at once"},
    ErrorInfo{ErrorCode::timeout, "timeout", 504, 40012, "It took too long"},
    ErrorInfo{ErrorCode::storage_full, "storage_full", 507, 50000, "The storage is full"},
    ErrorInfo{ErrorCode::unavailable, "unavailable", 503, 50000, "Service not available"},
    ErrorInfo{ErrorCode::failed, "failed", 502, 50000, "It failed"},
    ErrorInfo{ErrorCode::internal, "internal", 500, 50000, "Internal error"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].code) != i) return false;
  }
  return true;
}
static_assert(in_order(), "the rows stand in the order of the enumeration");

}  // namespace

const ErrorInfo& info(ErrorCode code) noexcept { return table[static_cast<std::size_t>(code)]; }

}  // namespace otklik
