#include "pbx/lines.hpp"

#include <gtest/gtest.h>

#include "unit/pbx/stand_ins.hpp"

namespace otklik::pbx {
namespace {

sip::Registered phone(std::uint8_t line, std::string contact) {
  sip::Registered fact;
  fact.line = id(line);
  fact.contact = std::move(contact);
  fact.received.port = 5060;
  return fact;
}
sip::Unregistered gone(std::uint8_t line, std::string contact) {
  return {.line = id(line), .aor = {}, .contact = std::move(contact)};
}

TEST(Lines, are_connected_from_the_first_phone_to_the_last) {
  CountedLicence licence;
  Lines lines(licence);
  EXPECT_EQ(lines.registered(phone(1, "a")), Lines::Came::first);
  EXPECT_EQ(lines.registered(phone(1, "b")), Lines::Came::another);
  EXPECT_FALSE(lines.unregistered(gone(1, "a")));
  EXPECT_NE(lines.peer_of(id(1)), nullptr);
  EXPECT_TRUE(lines.unregistered(gone(1, "b")));
  EXPECT_EQ(lines.peer_of(id(1)), nullptr);
}

TEST(Lines, hold_one_seat_each_as_long_as_they_are_connected) {
  CountedLicence licence;
  licence.allowed = 1;
  Lines lines(licence);
  EXPECT_EQ(lines.registered(phone(1, "a")), Lines::Came::first);
  EXPECT_EQ(lines.registered(phone(2, "b")), Lines::Came::refused);
  EXPECT_TRUE(lines.unregistered(gone(1, "a")));
  EXPECT_EQ(lines.registered(phone(2, "b")), Lines::Came::first);
}

TEST(Lines, do_not_mind_a_phone_that_they_never_saw) {
  CountedLicence licence;
  Lines lines(licence);
  EXPECT_FALSE(lines.unregistered(gone(1, "a")));
  EXPECT_EQ(lines.registered(phone(1, "a")), Lines::Came::first);
  EXPECT_FALSE(lines.unregistered(gone(1, "other")));
}

TEST(Lines, go_on_by_the_phone_that_is_left) {
  CountedLicence licence;
  Lines lines(licence);
  auto first = phone(1, "a");
  first.received.port = 1111;
  lines.registered(first);
  lines.registered(phone(1, "b"));
  lines.unregistered(gone(1, "b"));
  EXPECT_EQ(lines.peer_of(id(1))->port, 1111);
}

}  // namespace
}  // namespace otklik::pbx
