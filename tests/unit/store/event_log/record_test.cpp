#include "store/event_log/record.hpp"

#include <gtest/gtest.h>

namespace otklik::store {
namespace {

using Kind = Decoded::Kind;

std::string record(std::uint64_t sequence, std::string_view payload = "{}", std::string_view type = "server_stopping") {
  std::string out;
  const auto begin = begin_record(out, type);
  out += payload;
  end_record(out, begin, sequence, Time(std::chrono::microseconds(1'700'000'000'123'456)));
  return out;
}

TEST(Record, comes_back_as_it_was) {
  const auto bytes = record(42, R"({"a":"ж"})", "custom_event") + "next";
  const auto [kind, back] = decode_record(bytes);
  ASSERT_EQ(kind, Kind::record);
  EXPECT_EQ(back.sequence, 42U);
  EXPECT_EQ(back.at.time_since_epoch().count(), 1'700'000'000'123'456);
  EXPECT_EQ(back.type, "custom_event");
  EXPECT_EQ(back.payload, R"({"a":"ж"})");
  EXPECT_EQ(back.size, bytes.size() - 4);
}

TEST(Record, is_found_short_at_every_length_below_its_own) {
  const auto bytes = record(1, R"({"version":"1"})");
  EXPECT_EQ(decode_record("").kind, Kind::end);
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    EXPECT_EQ(decode_record(std::string_view(bytes).substr(0, size)).kind, Kind::short_) << size;
  }
}

TEST(Record, is_not_there_yet_where_the_length_is_zero) {
  EXPECT_EQ(decode_record(std::string(4, '\0')).kind, Kind::blank);
  EXPECT_EQ(decode_record(std::string(4, '\0') + record(1).substr(4)).kind, Kind::blank);
}

TEST(Record, is_not_taken_for_one_when_any_bit_is_wrong) {
  const auto good = record(7, R"({"version":"1"})");
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(decode_record(bad).kind, Kind::record) << bit;
  }
}

TEST(Record, is_found_behind_damage) {
  const auto first = record(1);
  const auto second = record(2);
  const auto third = record(3);
  auto bytes = first + second + third;
  bytes[first.size() + 30] = 'X';
  EXPECT_EQ(find_record(bytes, first.size() + 1, 1), first.size() + second.size());
  EXPECT_EQ(find_record(bytes, first.size() + second.size() + 1, 3), std::nullopt);
}

TEST(Record, of_a_number_already_read_is_passed_over) {
  const auto bytes = record(5) + record(6);
  EXPECT_EQ(find_record(bytes, 0, 5), record(5).size());
}

TEST(SegmentHeader, comes_back_as_it_was_and_shows_every_damage) {
  const SegmentHeader header{
      .log = Uuid::random(), .first_sequence = 77, .created = Time(std::chrono::microseconds(5))};
  const auto bytes = encode(header);
  ASSERT_EQ(bytes.size(), SegmentHeader::size);
  const auto back = decode_header(bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->log, header.log);
  EXPECT_EQ(back->first_sequence, 77U);
  EXPECT_EQ(back->created, header.created);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    auto bad = bytes;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(decode_header(bad)) << bit;
  }
  EXPECT_FALSE(decode_header(std::string_view(bytes).substr(0, 63)));
}

}  // namespace
}  // namespace otklik::store
