#include "sip/registrar/registrar.hpp"

#include <gtest/gtest.h>

#include "sip/registrar/doorman.hpp"

namespace otklik::sip {
namespace {

class RegistrarTest : public testing::Test {
 protected:
  Message request(std::string_view more, std::uint32_t sequence = 1, std::string_view to = "sip:1001@otklik") {
    const auto parsed =
        Message::parse(fmt::format("REGISTER sip:otklik SIP/2.0\r\nVia: SIP/2.0/UDP "
                                   "192.0.2.5;branch=z9hG4bK{0}\r\nFrom: <{2}>;tag=1\r\nTo: <{2}>\r\n"
                                   "Call-ID: c\r\nCSeq: {0} REGISTER\r\n{1}Content-Length: 0\r\n\r\n",
                                   sequence, more, to));
    EXPECT_TRUE(parsed) << parsed.error().reason;
    return parsed.value_or(Message{});
  }
  Message answer(const Message& message) { return registrar.answer(message, account, way, facts); }

  RegistrarOptions options;
  Registrar registrar{options};
  Account account{Uuid::random(), "1001", "", "", {}, 2};
  Registrar::Way way{{*Address::parse("192.0.2.5"), 5060, Transport::tcp}, "flow1", Time{}, 1000};
  std::vector<Fact> facts;
};

TEST_F(RegistrarTest, tells_a_new_phone_and_not_its_refresh) {
  const auto first = answer(request("Contact: <sip:1001@192.0.2.5>;expires=120\r\n"));
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(*first.find("Contact"), "<sip:1001@192.0.2.5>;expires=120");
  ASSERT_EQ(facts.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Registered>(facts[0]));
  EXPECT_EQ(answer(request("Contact: <sip:1001@192.0.2.5>;expires=120\r\n", 2)).status, 200);
  EXPECT_EQ(facts.size(), 1U);
  way.flow = "flow2";
  EXPECT_EQ(answer(request("Contact: <sip:1001@192.0.2.5>;expires=120\r\n", 3)).status, 200);
  EXPECT_EQ(facts.size(), 2U);
}

TEST_F(RegistrarTest, bounds_the_time_that_is_asked_for) {
  const auto brief = answer(request("Contact: <sip:1001@192.0.2.5>\r\nExpires: 5\r\n"));
  EXPECT_EQ(brief.status, 423);
  EXPECT_EQ(*brief.find("Min-Expires"), "60");
  EXPECT_EQ(*answer(request("Contact: <sip:1001@192.0.2.5>;expires=99999999999999\r\n")).find("Contact"),
            "<sip:1001@192.0.2.5>;expires=3600");
  EXPECT_EQ(*answer(request("Contact: <sip:1001@192.0.2.5>;q=0.5\r\n", 2)).find("Contact"),
            "<sip:1001@192.0.2.5>;expires=300;q=0.500");
}

TEST_F(RegistrarTest, takes_phones_off_one_by_one_and_all_at_once) {
  answer(request("Contact: <sip:1001@192.0.2.5>, <sip:1001@192.0.2.6>\r\n"));
  answer(request("Contact: <sip:1001@192.0.2.5>;expires=0\r\n", 2));
  EXPECT_EQ(registrar.contacts().size(), 1U);
  EXPECT_EQ(answer(request("Contact: *\r\n", 3)).status, 400);
  EXPECT_EQ(answer(request("Contact: *\r\nContact: <sip:1001@192.0.2.9>\r\nExpires: 0\r\n", 3)).status, 400);
  EXPECT_EQ(answer(request("Contact: *\r\nExpires: 0\r\n", 3)).status, 200);
  EXPECT_EQ(registrar.contacts().size(), 0U);
  EXPECT_EQ(std::get<Unregistered>(facts.back()).why, Unregistered::Why::asked);
}

TEST_F(RegistrarTest, lets_one_more_phone_take_the_place_of_the_oldest) {
  answer(request("Contact: <sip:1001@192.0.2.5>;expires=100\r\n"));
  answer(request("Contact: <sip:1001@192.0.2.6>;expires=200\r\n", 2));
  answer(request("Contact: <sip:1001@192.0.2.7>;expires=300\r\n", 3));
  EXPECT_EQ(registrar.contacts().size(), 2U);
  const auto& gone = std::get<Unregistered>(facts[2]);
  EXPECT_EQ(gone.contact, "sip:1001@192.0.2.5");
  EXPECT_EQ(gone.why, Unregistered::Why::displaced);
}

TEST_F(RegistrarTest, knows_a_phone_by_its_instance) {
  answer(request("Contact: <sip:1001@192.0.2.5:4000>;+sip.instance=\"<urn:uuid:1>\"\r\n"));
  answer(request("Contact: <sip:1001@192.0.2.5:4001>;+sip.instance=\"<urn:uuid:1>\"\r\n", 2));
  ASSERT_EQ(registrar.contacts().size(), 1U);
  EXPECT_EQ(registrar.contacts().of("1001")[0].uri, "sip:1001@192.0.2.5:4001");
}

TEST_F(RegistrarTest, registers_nobody_under_the_address_of_another) {
  EXPECT_EQ(answer(request("Contact: <sip:1001@192.0.2.5>\r\n", 1, "sip:1002@otklik")).status, 403);
  EXPECT_EQ(answer(request("Contact: <tel:5>\r\n")).status, 400);
  EXPECT_EQ(registrar.contacts().size(), 0U);
}

TEST_F(RegistrarTest, lets_no_old_request_undo_a_later_one) {
  answer(request("Contact: <sip:1001@192.0.2.5>\r\n", 5));
  EXPECT_EQ(answer(request("Contact: <sip:1001@192.0.2.5>;expires=0\r\n", 4)).status, 500);
  EXPECT_EQ(registrar.contacts().size(), 1U);
}

TEST_F(RegistrarTest, forgets_phones_whose_time_or_connection_is_over) {
  answer(request("Contact: <sip:1001@192.0.2.5>;expires=60\r\n"));
  way.flow = "flow2";
  answer(request("Contact: <sip:1001@192.0.2.6>;expires=600\r\n", 2));
  EXPECT_TRUE(registrar.contacts().expire(60'999).empty());
  EXPECT_EQ(registrar.contacts().expire(61'000).size(), 1U);
  EXPECT_TRUE(registrar.contacts().remove_flow("flow1").empty());
  EXPECT_EQ(registrar.contacts().remove_flow("flow2").size(), 1U);
  EXPECT_EQ(registrar.contacts().size(), 0U);
}

TEST_F(RegistrarTest, without_contact_only_lists) {
  answer(request("Contact: <sip:1001@192.0.2.5>\r\n"));
  const auto reply = answer(request("", 2));
  EXPECT_EQ(reply.count("Contact"), 1U);
}

class DoormanTest : public testing::Test {
 protected:
  DoormanTest() {
    auto accounts = std::make_shared<Accounts>();
    Account one;
    one.aor = "1001";
    one.ha1_md5 = digest::ha1(digest::Algorithm::md5, "1001", "otklik", "secret");
    one.ha1_sha256 = digest::ha1(digest::Algorithm::sha256, "1001", "otklik", "secret");
    one.transports.udp = false;
    accounts->by_user["1001"] = one;
    doorman.use(accounts);
  }
  Message request(std::string_view credentials = {}) {
    const auto parsed = Message::parse(fmt::format(
        "REGISTER sip:otklik SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.5;branch=z9hG4bK{}\r\nFrom: <sip:a@b>;tag=1\r\nTo: "
        "<sip:a@b>\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\n{}\r\n",
        ++branch, credentials.empty() ? std::string() : fmt::format("Authorization: {}\r\n", credentials)));
    EXPECT_TRUE(parsed) << parsed.error().reason;
    return parsed.value_or(Message{});
  }
  std::vector<digest::Challenge> challenges() {
    auto reply = reply_to(request(), 401, {}, "x");
    doorman.challenge(reply, false, 0);
    std::vector<digest::Challenge> all;
    for (const auto& field : reply.fields) {
      if (field.name == "WWW-Authenticate") all.push_back(*digest::Challenge::parse(field.value));
    }
    return all;
  }

  Doorman doorman{60'000};
  int branch = 0;
};

using What = Doorman::Verdict::What;

TEST_F(DoormanTest, lets_in_by_either_algorithm_the_strongest_offered_first) {
  const auto asked = challenges();
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_EQ(asked[0].algorithm, digest::Algorithm::sha256);
  for (const auto& one : asked) {
    const auto shown = digest::answer(one, "1001", "secret", "REGISTER", "sip:otklik", 1).text();
    const auto verdict = doorman.look_at(request(shown), Transport::tcp, 0);
    EXPECT_EQ(verdict.what, What::proven);
    ASSERT_NE(verdict.account, nullptr);
    EXPECT_EQ(verdict.account->aor, "1001");
  }
}

TEST_F(DoormanTest, tells_wrong_from_missing_from_stale) {
  EXPECT_EQ(doorman.look_at(request(), Transport::tcp, 0).what, What::challenge);
  const auto asked = challenges();
  const auto wrong = digest::answer(asked[1], "1001", "guess", "REGISTER", "sip:otklik", 1).text();
  EXPECT_EQ(doorman.look_at(request(wrong), Transport::tcp, 0).what, What::wrong);
  const auto unknown = digest::answer(asked[1], "9999", "guess", "REGISTER", "sip:otklik", 1).text();
  EXPECT_EQ(doorman.look_at(request(unknown), Transport::tcp, 0).what, What::wrong);
  const auto right = digest::answer(asked[1], "1001", "secret", "REGISTER", "sip:otklik", 1).text();
  const auto late = doorman.look_at(request(right), Transport::tcp, 60'001);
  EXPECT_EQ(late.what, What::challenge);
  EXPECT_TRUE(late.stale);
}

TEST_F(DoormanTest, does_not_take_the_same_credentials_from_two_requests) {
  const auto right = digest::answer(challenges()[0], "1001", "secret", "REGISTER", "sip:otklik", 1).text();
  EXPECT_EQ(doorman.look_at(request(right), Transport::tcp, 0).what, What::proven);
  EXPECT_TRUE(doorman.look_at(request(right), Transport::tcp, 0).stale);
}

TEST_F(DoormanTest, holds_an_account_to_its_transports) {
  const auto right = digest::answer(challenges()[0], "1001", "secret", "REGISTER", "sip:otklik", 1).text();
  EXPECT_EQ(doorman.look_at(request(right), Transport::udp, 0).what, What::not_allowed);
}

}  // namespace
}  // namespace otklik::sip
