#include "store/event_log/recovery.hpp"

#include <gmock/gmock.h>

#include "unit/store/event_log/log_fixture.hpp"

namespace otklik::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class RecoveryTest : public LogTest {
 protected:
  void fill(int count, std::size_t size = 0) {
    open();
    for (int i = 1; i <= count; ++i) append(event(std::to_string(i), size)).get().value();
    close();
  }
  std::vector<std::string> files() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(options_.folder)) {
      out.push_back(entry.path().filename().string());
    }
    std::sort(out.begin(), out.end());
    return out;
  }
};

TEST_F(RecoveryTest, cuts_a_torn_end_off_wherever_it_was_torn_and_goes_on_behind_the_last_whole_event) {
  fill(3);
  const auto whole = folder_.read(segment(1));
  const auto two = whole.find("\"key\":\"3\"");
  std::size_t end_of_two = SegmentHeader::size;
  for (int i = 0; i < 2; ++i) end_of_two += decode_record(std::string_view(whole).substr(end_of_two)).record.size;
  ASSERT_LT(end_of_two, two);
  for (std::size_t size = end_of_two; size < whole.size(); ++size) {
    for (const auto& name : files()) std::filesystem::remove(options_.folder + "/" + name);
    folder_.write(segment(1), whole.substr(0, size));
    open();
    auto torn = whole.substr(end_of_two, size - end_of_two);
    torn.erase(torn.find_last_not_of('\0') + 1);  // zeros at the end may be room that nothing was written to
    EXPECT_EQ(log_->recovery().torn_bytes, torn.size());
    EXPECT_THAT(log_->recovery().damages, IsEmpty());
    EXPECT_EQ(append(event("new")).get(), 3U);
    EXPECT_THAT(read(), ElementsAre("1", "2", "new"));
    if (size > end_of_two) {
      const auto kept = log_->recovery().torn_kept_in;
      EXPECT_EQ(folder_.read("events/" + kept), torn);
    }
    close();
  }
}

TEST_F(RecoveryTest, cuts_off_zeros_which_are_room_that_nothing_was_written_to) {
  fill(2);
  const auto whole = folder_.read(segment(1));
  folder_.write(segment(1), whole + std::string(5000, '\0'));
  open();
  EXPECT_EQ(log_->recovery().torn_bytes, 0U);
  EXPECT_THAT(log_->recovery().torn_kept_in, IsEmpty());
  EXPECT_EQ(folder_.read(segment(1)), whole);
  EXPECT_EQ(append(event("3")).get(), 3U);
}

TEST_F(RecoveryTest, reports_a_damaged_middle_with_segment_and_offset_and_leaves_it_as_it_is) {
  fill(5);
  auto bytes = folder_.read(segment(1));
  bytes[bytes.find("\"key\":\"3\"") + 7] = '9';
  folder_.write(segment(1), bytes);
  std::size_t offset = SegmentHeader::size;
  for (int i = 0; i < 2; ++i) offset += decode_record(std::string_view(bytes).substr(offset)).record.size;

  open();
  ASSERT_THAT(log_->recovery().damages, SizeIs(1));
  const auto& damage = log_->recovery().damages[0];
  EXPECT_EQ(damage.segment, segment_name(1));
  EXPECT_EQ(damage.offset, offset);
  EXPECT_EQ(damage.missing_from, 3U);
  EXPECT_EQ(damage.missing_to, 3U);
  EXPECT_EQ(append(event("6")).get(), 6U);
  EXPECT_EQ(folder_.read(segment(1)), bytes);
  EXPECT_THAT(*list_segments(options_.folder), ElementsAre(1, 6));
  EXPECT_THAT(read(), ElementsAre("1", "2", "3-3 damaged", "4", "5", "6"));
  EXPECT_EQ(check_events(options_.folder)->damages.size(), 1U);
}

TEST_F(RecoveryTest, reads_the_events_of_a_segment_whose_header_is_damaged) {
  fill(2);
  auto bytes = folder_.read(segment(1));
  bytes[20] ^= 1;
  folder_.write(segment(1), bytes);
  open();
  EXPECT_THAT(log_->recovery().damages, SizeIs(1));
  EXPECT_EQ(append(event("3")).get(), 3U);
  EXPECT_THAT(read(), ElementsAre("1", "2", "3"));
}

TEST_F(RecoveryTest, moves_a_segment_aside_in_which_nothing_can_be_read) {
  fill(1);
  for (const std::string content :
       {"", "short", "a file that is long enough to hold a header but does not hold one, nor events"}) {
    folder_.write(segment(2), content);
    open();
    EXPECT_THAT(log_->recovery().damages, SizeIs(1)) << content;
    EXPECT_EQ(log_->recovery().next_sequence, 2U);
    close();
    EXPECT_THAT(*list_segments(options_.folder), ElementsAre(1)) << content;
    for (const auto& name : files()) {
      if (name.find(".damaged-") != std::string::npos) std::filesystem::remove(options_.folder + "/" + name);
    }
  }
}

TEST_F(RecoveryTest, removes_a_segment_that_was_not_finished_when_the_crash_came) {
  fill(1);
  folder_.write(segment(2) + ".new", "OTKE");
  open();
  EXPECT_THAT(log_->recovery().damages, IsEmpty());
  EXPECT_THAT(files(), ElementsAre(segment_name(1), "lock"));
}

TEST_F(RecoveryTest, reports_a_missing_segment_and_a_cut_one_when_the_log_is_checked) {
  options_.segment_bytes = 64 << 10;
  fill(6, 40'000);
  ASSERT_THAT(*list_segments(options_.folder), ElementsAre(1, 3, 5));
  EXPECT_THAT(check_events(options_.folder)->damages, IsEmpty());
  const auto first = folder_.read(segment(1));
  folder_.write(segment(1), first.substr(0, first.size() - 1));
  auto check = check_events(options_.folder);
  ASSERT_THAT(check->damages, SizeIs(2));  // the bytes, and the event that is gone with them
  EXPECT_EQ(check->damages[1].missing_from, 2U);
  folder_.write(segment(1), first);
  std::filesystem::remove(folder_.file(segment(3)));
  check = check_events(options_.folder);
  ASSERT_THAT(check->damages, SizeIs(1));
  EXPECT_EQ(check->damages[0].missing_from, 3U);
  EXPECT_EQ(check->damages[0].missing_to, 4U);
}

TEST_F(RecoveryTest, finds_damage_at_every_single_byte_of_a_segment) {
  fill(4);
  const auto whole = folder_.read(segment(1));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int change : {0x01, 0x80, 0xFF}) {
      auto bad = whole;
      bad[at] = static_cast<char>(bad[at] ^ change);
      const auto scan = scan_segment(bad, 1);
      EXPECT_TRUE(!scan.damages.empty() || scan.end < bad.size()) << "byte " << at;
      EXPECT_GE(scan.records, at < SegmentHeader::size ? 4U : 3U) << "byte " << at;
    }
  }
}

TEST_F(RecoveryTest, finds_every_missing_and_every_doubled_stretch) {
  fill(6);
  const auto whole = folder_.read(segment(1));
  std::vector<std::size_t> begins;
  for (std::size_t at = SegmentHeader::size; at < whole.size();) {
    begins.push_back(at);
    at += decode_record(std::string_view(whole).substr(at)).record.size;
  }
  ASSERT_THAT(begins, SizeIs(6));
  const auto without = whole.substr(0, begins[2]) + whole.substr(begins[4]);
  auto scan = scan_segment(without, 1);
  ASSERT_THAT(scan.damages, SizeIs(1));
  EXPECT_EQ(scan.damages[0].missing_from, 3U);
  EXPECT_EQ(scan.damages[0].missing_to, 4U);
  const auto doubled = whole.substr(0, begins[4]) + whole.substr(begins[2]);
  scan = scan_segment(doubled, 1);
  EXPECT_THAT(scan.damages, SizeIs(1));
  EXPECT_EQ(scan.records, 6U);
}

}  // namespace
}  // namespace otklik::store
