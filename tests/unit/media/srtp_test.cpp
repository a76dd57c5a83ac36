#include <gtest/gtest.h>
#include <srtp2/srtp.h>

#include <cstring>

#include "media/rtp/packet.hpp"
#include "media/rtp/rtcp.hpp"
#include "media/srtp/transport.hpp"

namespace otklik::media {
namespace {

class EachSuite : public ::testing::TestWithParam<SrtpSuite> {};

struct Datagram {
  std::array<std::uint8_t, 256> bytes{};
  std::size_t size = 0;
};

Datagram rtp(std::uint16_t sequence) {
  Datagram d;
  write_rtp_header({8, false, sequence, sequence * 160U, 42}, d.bytes.data());
  for (std::size_t i = 0; i < 160; ++i) d.bytes[12 + i] = static_cast<std::uint8_t>(i);
  d.size = 172;
  return d;
}

SrtpKeys keys_of(SrtpSuite suite) { return {suite, make_srtp_key(suite), make_srtp_key(suite)}; }
SrtpKeys turned(const SrtpKeys& keys) { return {keys.suite, keys.remote, keys.local}; }

TEST_P(EachSuite, what_one_side_protects_the_other_reads) {
  const auto keys = keys_of(GetParam());
  auto ours = make_sdes_transport(keys);
  auto theirs = make_sdes_transport(turned(keys));
  ASSERT_TRUE(ours && theirs);
  for (std::uint16_t n = 1; n < 100; ++n) {
    auto packet = rtp(n);
    const auto plain = packet;
    packet.size = (*ours)->protect_rtp(packet.bytes.data(), packet.size);
    ASSERT_GT(packet.size, plain.size);
    ASSERT_LE(packet.size, plain.size + Transport::room);
    EXPECT_NE(std::memcmp(packet.bytes.data() + 12, plain.bytes.data() + 12, 160), 0);
    ASSERT_EQ((*theirs)->unprotect_rtp(packet.bytes.data(), packet.size), plain.size);
    EXPECT_EQ(std::memcmp(packet.bytes.data(), plain.bytes.data(), plain.size), 0);
  }
  std::array<std::uint8_t, most_rtcp_size + Transport::room> report{};
  RtcpWriting writing;
  writing.ssrc = 42;
  writing.cname = "c";
  const std::size_t size = write_rtcp(writing, std::span(report).first<most_rtcp_size>());
  const std::size_t protected_size = (*ours)->protect_rtcp(report.data(), size);
  ASSERT_GT(protected_size, size);
  EXPECT_EQ((*theirs)->unprotect_rtcp(report.data(), protected_size), size);
}

TEST_P(EachSuite, a_replay_a_wrong_key_and_a_changed_byte_are_refused) {
  const auto keys = keys_of(GetParam());
  auto ours = make_sdes_transport(keys);
  auto theirs = make_sdes_transport(turned(keys));
  auto stranger = make_sdes_transport(keys_of(GetParam()));
  auto packet = rtp(1);
  packet.size = (*ours)->protect_rtp(packet.bytes.data(), packet.size);
  auto once = packet;
  auto twice = packet;
  auto wrong = packet;
  auto changed = packet;
  changed.bytes[20] ^= 1;
  EXPECT_EQ((*theirs)->unprotect_rtp(changed.bytes.data(), changed.size), 0U);
  EXPECT_EQ((*stranger)->unprotect_rtp(wrong.bytes.data(), wrong.size), 0U);
  EXPECT_EQ((*theirs)->unprotect_rtp(once.bytes.data(), once.size), 172U);
  EXPECT_EQ((*theirs)->unprotect_rtp(twice.bytes.data(), twice.size), 0U);
  auto plain = rtp(2);
  EXPECT_EQ((*theirs)->unprotect_rtp(plain.bytes.data(), plain.size), 0U);
  EXPECT_EQ((*theirs)->unprotect_rtp(plain.bytes.data(), 12), 0U);
}

/// A peer that is the library itself, set up by hand and not by our table.
TEST_P(EachSuite, speaks_with_the_library_as_another_program_uses_it) {
  ASSERT_FALSE(supported_srtp_suites().empty());
  const auto keys = keys_of(GetParam());
  auto ours = make_sdes_transport(keys);
  srtp_policy_t policy{};
  const srtp_profile_t profile = GetParam() == SrtpSuite::aes_cm_128_hmac_sha1_80   ? srtp_profile_aes128_cm_sha1_80
                                 : GetParam() == SrtpSuite::aes_cm_128_hmac_sha1_32 ? srtp_profile_aes128_cm_sha1_32
                                 : GetParam() == SrtpSuite::aead_aes_128_gcm        ? srtp_profile_aead_aes_128_gcm
                                                                                    : srtp_profile_aead_aes_256_gcm;
  ASSERT_EQ(srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile), srtp_err_status_ok);
  ASSERT_EQ(srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile), srtp_err_status_ok);
  policy.ssrc.type = ssrc_any_inbound;
  std::string key = keys.local;
  policy.key = reinterpret_cast<unsigned char*>(key.data());  // NOLINT
  srtp_t session = nullptr;
  ASSERT_EQ(srtp_create(&session, &policy), srtp_err_status_ok);
  auto packet = rtp(7);
  packet.size = (*ours)->protect_rtp(packet.bytes.data(), packet.size);
  int size = static_cast<int>(packet.size);
  EXPECT_EQ(srtp_unprotect(session, packet.bytes.data(), &size), srtp_err_status_ok);
  EXPECT_EQ(size, 172);
  srtp_dealloc(session);
}

INSTANTIATE_TEST_SUITE_P(All, EachSuite,
                         ::testing::Values(SrtpSuite::aes_cm_128_hmac_sha1_80, SrtpSuite::aes_cm_128_hmac_sha1_32,
                                           SrtpSuite::aead_aes_128_gcm, SrtpSuite::aead_aes_256_gcm),
                         [](const auto& info) { return std::string(name(info.param)); });

TEST(SrtpSuites, are_named_as_sdp_names_them) {
  EXPECT_EQ(supported_srtp_suites().size(), 4U);
  for (const auto suite : supported_srtp_suites()) {
    EXPECT_EQ(srtp_suite(name(suite)), suite);
    EXPECT_EQ(make_srtp_key(suite).size(), srtp_key_length(suite));
    EXPECT_NE(make_srtp_key(suite), make_srtp_key(suite));
  }
  EXPECT_FALSE(srtp_suite("F8_128_HMAC_SHA1_80"));
  EXPECT_EQ(make_sdes_transport({SrtpSuite::aead_aes_128_gcm, "a", "b"}).error().code, ErrorCode::bad_request);
}

}  // namespace
}  // namespace otklik::media
