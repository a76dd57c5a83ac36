#pragma once
#include <cstdint>
#include <string_view>

namespace otklik::store {

/// CRC-32C (Castagnoli) as RFC 3720 B.4 defines it. `before` is the result for the bytes in front of these.
/// By the processor's own instruction where it has one.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0) noexcept;

namespace detail {
std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t before) noexcept;  ///< everywhere; for tests too
}

}  // namespace otklik::store
