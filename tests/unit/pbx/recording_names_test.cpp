#include "pbx/recording_names.hpp"

#include <gtest/gtest.h>

#include <ctime>

namespace otklik::pbx {
namespace {

Time local_moment(int hour, int minute, int second, int milliseconds) {
  std::tm moment{};
  moment.tm_year = 2026 - 1900;
  moment.tm_mon = 11;
  moment.tm_mday = 1;
  moment.tm_hour = hour;
  moment.tm_min = minute;
  moment.tm_sec = second;
  moment.tm_isdst = -1;
  return Time(std::chrono::seconds(std::mktime(&moment))) + std::chrono::milliseconds(milliseconds);
}

TEST(RecordingNames, lie_in_the_folder_of_their_minute_under_both_numbers_in_ascending_order) {
  const auto place = recording_place("16002", "16001", local_moment(13, 5, 7, 42));
  EXPECT_EQ(place.folder, "20261201/1305");
  EXPECT_EQ(place.mix, "mix_16001_16002__2026_12_01__13_05_07_042");
}

TEST(RecordingNames, sort_the_numbers_as_texts) {
  EXPECT_EQ(recording_place("9001", "16001", local_moment(0, 0, 0, 0)).mix.substr(0, 14), "mix_16001_9001");
}

TEST(RecordingNames, give_each_party_a_track_of_its_own_even_if_both_have_one_number) {
  const auto place = recording_place("13001", "13001", local_moment(9, 0, 0, 0));
  EXPECT_NE(place.track_a, place.track_b);
  EXPECT_TRUE(place.track_a.starts_with("leg_13001_1__"));
}

TEST(RecordingNames, hold_no_character_that_leads_out_of_the_folder) {
  const auto place = recording_place("../../etc", "a/b\\c", local_moment(9, 0, 0, 0));
  EXPECT_EQ(place.mix.find_first_of("/\\."), std::string::npos);
}

TEST(RecordingNames, have_a_nought_for_a_number_that_is_not_known) {
  EXPECT_TRUE(recording_place("", "16001", local_moment(9, 0, 0, 0)).mix.starts_with("mix_0_16001__"));
}

}  // namespace
}  // namespace otklik::pbx
