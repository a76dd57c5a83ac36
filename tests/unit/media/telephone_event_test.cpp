#include "media/rtp/telephone_event.hpp"

#include <gtest/gtest.h>

#include <string>

#include "media/digits/tone_detector.hpp"
#include "media/digits/tone_sender.hpp"
#include "media/goertzel.hpp"

namespace otklik::media {
namespace {

using std::chrono::milliseconds;

TEST(TelephoneEvent, all_keys_have_their_event) {
  const std::string keys = "0123456789*#ABCD!";
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(digit_of_event(static_cast<std::uint8_t>(i)), keys[i]);
    EXPECT_EQ(event_of_digit(keys[i]), i);
  }
  EXPECT_EQ(event_of_digit('b'), 13);
  EXPECT_FALSE(digit_of_event(17));
  EXPECT_FALSE(event_of_digit('x'));
  std::uint8_t bytes[4];
  write_telephone_event({5, true, 10, 800}, bytes);
  EXPECT_EQ(bytes[0], 5);
  EXPECT_EQ(bytes[1], 0x8A);
  EXPECT_EQ(parse_telephone_event(bytes)->duration, 800);
  EXPECT_FALSE(parse_telephone_event(Bytes(bytes, 3)));
}

std::string told(DigitReceiver& receiver, std::uint8_t event, bool end, std::uint32_t time) {
  const auto told = receiver.take({event, end, 10, 160}, time);
  std::string text;
  if (told.digit != 0) text += told.digit;
  if (told.ended) text += '.';
  return text;
}

TEST(DigitReceiver, tells_a_key_once_whatever_is_repeated) {
  DigitReceiver receiver;
  EXPECT_EQ(told(receiver, 1, false, 1000), "1");
  EXPECT_EQ(told(receiver, 1, false, 1000), "");
  EXPECT_EQ(told(receiver, 1, true, 1000), ".");
  EXPECT_EQ(told(receiver, 1, true, 1000), "");
  EXPECT_EQ(told(receiver, 1, false, 2000), "1");  // pressed again
  EXPECT_EQ(told(receiver, 1, true, 1000), "");    // the old one, late
  EXPECT_EQ(told(receiver, 1, true, 2000), ".");
}

TEST(DigitReceiver, a_key_whose_beginning_or_end_was_lost_still_counts_once) {
  DigitReceiver receiver;
  EXPECT_EQ(told(receiver, 7, true, 1000), "7.");
  EXPECT_EQ(told(receiver, 8, false, 3000), "8");
  EXPECT_EQ(told(receiver, 9, false, 5000), "9");
  EXPECT_EQ(told(receiver, 30, false, 7000), "");  // no key
}

TEST(DigitReceiver, a_key_held_past_the_length_of_one_event_is_one_press) {
  DigitReceiver receiver;
  EXPECT_EQ(told(receiver, 3, false, 1000), "3");
  EXPECT_EQ(told(receiver, 3, false, 1000 + 0xFFFF), "");
  EXPECT_EQ(told(receiver, 3, true, 1000 + 0xFFFF), ".");
}

TEST(DigitSender, sends_a_packet_a_tick_and_its_end_three_times) {
  DigitSender sender;
  sender.begin(5, 4000, 800, 400);
  std::string shape;
  for (int tick = 0; tick < 20 && sender.is_busy(); ++tick) {
    const auto packet = sender.next(160);
    if (!packet) {
      shape += '-';
      continue;
    }
    EXPECT_EQ(packet->timestamp, 4000U);
    EXPECT_EQ(packet->marker, tick == 0);
    EXPECT_EQ(packet->event.duration, (tick + 1) * 160);
    EXPECT_EQ(packet->copies, packet->event.end ? 3U : 1U);
    shape += packet->event.end ? 'E' : '.';
  }
  EXPECT_EQ(shape, "....E---");
  EXPECT_FALSE(sender.next(160));
}

TEST(ToneDetector, hears_the_keys_that_the_sender_plays) {
  auto detector = ToneDetector::make();
  ASSERT_TRUE(detector);
  ToneSender sender;
  std::string heard;
  for (const char key : std::string("159D*0#A147B369C28")) {
    sender.begin(key, milliseconds(60), milliseconds(60));
    while (sender.is_busy()) {
      std::int16_t samples[160];
      sender.read(samples, 8000);
      if (const char digit = detector->hear(samples); digit != 0) heard += digit;
    }
  }
  EXPECT_EQ(heard, "159D*0#A147B369C28");
}

TEST(ToneDetector, hears_no_keys_in_plain_tones) {
  auto detector = ToneDetector::make();
  for (const double hertz : {425.0, 697.0, 941.0, 1000.0, 1336.0, 1633.0}) {
    for (std::size_t i = 0; i < 50; ++i)
      EXPECT_EQ(detector->hear(testing::sine(hertz, 8000, 160, 8000, i * 160)), 0) << hertz;
  }
}

TEST(DigitQueue, has_its_room_and_its_order) {
  DigitQueue queue;
  for (std::size_t i = 0; i < DigitQueue::room; ++i)
    EXPECT_TRUE(queue.try_push({static_cast<char>('0' + i % 10), 100, false}));
  EXPECT_FALSE(queue.try_push({'1', 100, false}));
  DigitQueue::Digit digit;
  for (std::size_t i = 0; i < DigitQueue::room; ++i) {
    ASSERT_TRUE(queue.pop(digit));
    EXPECT_EQ(digit.digit, static_cast<char>('0' + i % 10));
  }
  EXPECT_FALSE(queue.pop(digit));
}

}  // namespace
}  // namespace otklik::media
