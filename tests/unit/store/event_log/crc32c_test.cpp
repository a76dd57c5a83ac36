#include "store/event_log/crc32c.hpp"

#include <gtest/gtest.h>

#include <string>

namespace otklik::store {
namespace {

// RFC 3720 B.4
TEST(Crc32c, gives_the_sums_of_the_standard) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
  std::string up;
  for (int i = 0; i < 32; ++i) up += static_cast<char>(i);
  EXPECT_EQ(crc32c(up), 0x46DD794EU);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
}

TEST(Crc32c, is_the_same_by_table_and_by_instruction_and_in_pieces) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes += static_cast<char>(i * 7 + i / 3);
  for (std::size_t i = 0; i <= bytes.size(); ++i) {
    const std::string_view front = std::string_view(bytes).substr(0, i);
    const std::string_view back = std::string_view(bytes).substr(i);
    EXPECT_EQ(crc32c(front), detail::crc32c_by_table(front, 0));
    EXPECT_EQ(crc32c(back, crc32c(front)), crc32c(bytes));
  }
}

}  // namespace
}  // namespace otklik::store
