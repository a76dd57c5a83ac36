#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace otklik {

/// Fills with bytes from the kernel's generator. Buffered for each thread, so that a few bytes cost no system call.
/// Terminates the program if the kernel has none: nothing secret can be made then.
void random_bytes(std::span<std::uint8_t> out);

/// URL-safe text of at least `bits` bits of randomness (six bits a character): tokens, passwords, folder names.
std::string random_text(std::size_t bits = 128);

}  // namespace otklik
