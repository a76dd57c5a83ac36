#include "pbx/listening.hpp"

#include <gtest/gtest.h>

namespace otklik::pbx {
namespace {

std::vector<sip::Listener> two() {
  return {{{"127.0.0.1", 5060}, sip::Transport::udp}, {{"127.0.0.1", 5061}, sip::Transport::tls}};
}
Result<> first_is_taken(const sip::Listener& listener) {
  if (listener.endpoint.port == 5060) return fail(ErrorCode::failed, "taken");
  return {};
}

TEST(SipListening, leaves_out_what_cannot_be_bound) {
  const auto kept = bindable(two(), false, first_is_taken);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_EQ(kept[0].endpoint.port, 5061);
}

TEST(SipListening, takes_a_free_port_in_a_demo) {
  const auto kept = bindable(two(), true, first_is_taken);
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[0].endpoint.port, 0);
}

TEST(SipListening, is_shown_as_a_sip_address) { EXPECT_EQ(text_of(two()[0]), "sip:127.0.0.1:5060;transport=udp"); }

}  // namespace
}  // namespace otklik::pbx
