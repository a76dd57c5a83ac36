#include "pbx/accounts.hpp"

#include <gtest/gtest.h>

#include "unit/pbx/stand_ins.hpp"

namespace otklik::pbx {
namespace {

class OneSecret final : public core::SipSecrets {
 public:
  Result<std::string> secret(const Uuid& wanted) override {
    if (wanted != id(77)) return fail(ErrorCode::not_found);
    return "geheim";
  }
};

core::Line line(std::uint8_t number, bool enabled, bool has_secret) {
  core::Line made;
  made.id = id(number);
  made.number = "1600" + std::to_string(number);
  made.sip_user = made.number;
  made.enabled = enabled;
  if (has_secret) made.digest = core::SipDigest{"otklik", std::string(32, 'a'), std::string(64, 'b')};
  return made;
}

core::Trunk trunk(std::uint8_t number) {
  core::Trunk made;
  made.id = id(number);
  made.name = "provider";
  made.number = "13001";
  made.kind = core::TrunkKind::registering;
  made.server = "sip.example.com:5070";
  made.transport = "tcp";
  made.login = "company";
  made.secret = id(77);
  return made;
}

core::Plan plan(std::vector<core::Line> lines, std::vector<core::Trunk> trunks) {
  core::Plan::Content content;
  content.lines = std::move(lines);
  content.trunks = std::move(trunks);
  return core::Plan(std::move(content));
}

TEST(SipAccounts, are_the_enabled_lines_that_have_a_secret) {
  OneSecret secrets;
  const auto accounts =
      accounts_of(plan({line(1, true, true), line(2, false, true), line(3, true, false)}, {}), secrets);
  ASSERT_EQ(accounts->by_user.size(), 1U);
  EXPECT_EQ(accounts->by_user.at("16001").line, id(1));
  EXPECT_EQ(accounts->realm, "otklik");
}

TEST(SipAccounts, hold_trunks_with_their_secrets) {
  OneSecret secrets;
  const auto accounts = accounts_of(plan({}, {trunk(9)}), secrets);
  ASSERT_EQ(accounts->trunks.size(), 1U);
  const auto& made = accounts->trunks.front();
  EXPECT_EQ(made.host, "sip.example.com");
  EXPECT_EQ(made.port, 5070);
  EXPECT_EQ(made.transport, sip::Transport::tcp);
  EXPECT_EQ(made.password, "geheim");
  EXPECT_TRUE(made.registers);
}

TEST(SipAccounts, leave_out_a_trunk_whose_secret_cannot_be_read) {
  OneSecret secrets;
  auto broken = trunk(9);
  broken.secret = id(1);
  EXPECT_TRUE(accounts_of(plan({}, {broken}), secrets)->trunks.empty());
}

TEST(SipAccounts, tell_which_trunks_begin_and_end_with_a_change) {
  OneSecret secrets;
  const auto before = accounts_of(plan({}, {trunk(1), trunk(2)}), secrets);
  auto other = trunk(2);
  other.server = "elsewhere.example.com";
  const auto after = accounts_of(plan({}, {other, trunk(3)}), secrets);
  const auto changes = trunk_changes(*before, *after);
  EXPECT_EQ(changes.unregister, (std::vector{id(1), id(2)}));
  EXPECT_EQ(changes.begin, (std::vector{id(2), id(3)}));
}

TEST(HostPort, is_read_with_and_without_a_port) {
  EXPECT_EQ(split_host_port("192.0.2.1").port, 0);
  EXPECT_EQ(split_host_port("192.0.2.1:5070").port, 5070);
  EXPECT_EQ(split_host_port("[2001:db8::1]:5070").host, "2001:db8::1");
  EXPECT_EQ(split_host_port("2001:db8::1").host, "2001:db8::1");
  EXPECT_EQ(split_host_port("host:nonsense").port, 0);
}

}  // namespace
}  // namespace otklik::pbx
