#include "base/random.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace otklik {
namespace {

struct Pool {
  std::array<std::uint8_t, 512> bytes{};
  std::size_t left = 0;

  void refill() {
    std::size_t got = 0;
    while (got < bytes.size()) {
      const ssize_t n = ::getrandom(bytes.data() + got, bytes.size() - got, 0);
      if (n > 0) {
        got += static_cast<std::size_t>(n);
      } else if (errno != EINTR) {
        std::abort();
      }
    }
    left = bytes.size();
  }
};

}  // namespace

void random_bytes(std::span<std::uint8_t> out) {
  thread_local Pool pool;
  while (!out.empty()) {
    if (pool.left == 0) pool.refill();
    const std::size_t n = out.size() < pool.left ? out.size() : pool.left;
    std::uint8_t* from = pool.bytes.data() + (pool.bytes.size() - pool.left);
    std::memcpy(out.data(), from, n);
    std::memset(from, 0, n);  // what was handed out must not lie here for a later reader
    pool.left -= n;
    out = out.subspan(n);
  }
}

std::string random_text(std::size_t bits) {
  static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out((bits + 5) / 6, '\0');
  std::array<std::uint8_t, 1> byte{};
  for (auto& c : out) {
    random_bytes(byte);
    c = alphabet[byte[0] & 63];
  }
  return out;
}

}  // namespace otklik
