#include "sip/dialogs/causes.hpp"

#include <gtest/gtest.h>

namespace otklik::sip {
namespace {

TEST(SipCauses, every_final_status_has_one) {
  EXPECT_EQ(cause_of_status(404), Cause::unallocated);
  EXPECT_EQ(cause_of_status(486), Cause::busy);
  EXPECT_EQ(cause_of_status(603), Cause::rejected);
  EXPECT_EQ(cause_of_status(302), Cause::number_changed);
  EXPECT_EQ(cause_of_status(499), Cause::interworking);
  EXPECT_EQ(cause_of_status(599), Cause::temporary_failure);
  EXPECT_EQ(cause_of_status(699), Cause::rejected);
  for (int status = 200; status < 700; ++status) EXPECT_NE(name_of(cause_of_status(status)), "");
}

TEST(SipCauses, every_cause_has_a_status_that_refuses) {
  for (int number = 0; number < 128; ++number) {
    const int status = status_of_cause(cause_of_q850(number));
    EXPECT_GE(status, 400);
    EXPECT_LT(status, 700);
  }
}

TEST(SipCauses, numbers_without_a_name_fall_into_their_class) {
  EXPECT_EQ(cause_of_q850(17), Cause::busy);
  EXPECT_EQ(cause_of_q850(30), Cause::unspecified);
  EXPECT_EQ(cause_of_q850(47), Cause::temporary_failure);
  EXPECT_EQ(cause_of_q850(111), Cause::interworking);
}

TEST(SipCauses, reasons_are_read_and_the_q850_wins) {
  const auto reason = read_reason("SIP;cause=480;text=\"x\", Q.850;cause=17;text=\"user busy\"");
  EXPECT_EQ(reason.cause, Cause::busy);
  EXPECT_EQ(read_reason("SIP;cause=200;text=\"Call completed elsewhere\"").cause, Cause::answered_elsewhere);
  EXPECT_EQ(read_reason("SIP;cause=200;text=\"Call completed elsewhere\"").text, "Call completed elsewhere");
  EXPECT_FALSE(read_reason("nonsense").cause);
  EXPECT_FALSE(read_reason("Q.850;cause=x").cause);
  EXPECT_EQ(write_reason(Cause::busy, ""), "Q.850;cause=17;text=\"busy\"");
}

}  // namespace
}  // namespace otklik::sip
