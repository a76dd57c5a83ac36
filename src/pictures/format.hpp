#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace otklik::pictures {

enum class Format : std::uint8_t { jpeg, png, webp, gif };

/// By the first bytes alone: a name's ending, or what a client says, is no proof. Nothing: none of ours.
std::optional<Format> recognise(std::string_view bytes) noexcept;

}  // namespace otklik::pictures
