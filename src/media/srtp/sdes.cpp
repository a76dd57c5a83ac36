#include <srtp2/srtp.h>

#include <strings.h>
#include <array>

#include <cstring>
#include <string>

#include "base/random.hpp"
#include "media/srtp/transport.hpp"

namespace otklik::media {
namespace {

struct SuiteRow {
  SrtpSuite suite;
  std::string_view name;
  std::size_t key_length;
  void (*rtp)(srtp_crypto_policy_t*);
  void (*rtcp)(srtp_crypto_policy_t*);
};

// RFC 4568 6.2.2: the short tag is for RTP only. The functions are wrapped because some are macros.
constexpr std::array rows{
    SuiteRow{SrtpSuite::aes_cm_128_hmac_sha1_80, "AES_CM_128_HMAC_SHA1_80", 30,
             [](srtp_crypto_policy_t* p) { srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(p); },
             [](srtp_crypto_policy_t* p) { srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(p); }},
    SuiteRow{SrtpSuite::aes_cm_128_hmac_sha1_32, "AES_CM_128_HMAC_SHA1_32", 30,
             [](srtp_crypto_policy_t* p) { srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(p); },
             [](srtp_crypto_policy_t* p) { srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(p); }},
    SuiteRow{SrtpSuite::aead_aes_128_gcm, "AEAD_AES_128_GCM", 28,
             [](srtp_crypto_policy_t* p) { srtp_crypto_policy_set_aes_gcm_128_16_auth(p); },
             [](srtp_crypto_policy_t* p) { srtp_crypto_policy_set_aes_gcm_128_16_auth(p); }},
    SuiteRow{SrtpSuite::aead_aes_256_gcm, "AEAD_AES_256_GCM", 44,
             [](srtp_crypto_policy_t* p) { srtp_crypto_policy_set_aes_gcm_256_16_auth(p); },
             [](srtp_crypto_policy_t* p) { srtp_crypto_policy_set_aes_gcm_256_16_auth(p); }},
};

const SuiteRow& row(SrtpSuite suite) noexcept { return rows[static_cast<std::size_t>(suite)]; }

bool begin_library() noexcept {
  static const bool begun = srtp_init() == srtp_err_status_ok;
  return begun;
}

struct Session {
  srtp_t session = nullptr;
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() {
    if (session != nullptr) srtp_dealloc(session);
  }
  bool make(const SuiteRow& suite, std::string key, srtp_ssrc_type_t direction) {
    srtp_policy_t policy{};
    suite.rtp(&policy.rtp);
    suite.rtcp(&policy.rtcp);
    policy.ssrc.type = direction;
    policy.key = reinterpret_cast<unsigned char*>(key.data());  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
    policy.window_size = 128;
    const bool made = srtp_create(&session, &policy) == srtp_err_status_ok;
    ::explicit_bzero(key.data(), key.size());
    return made;
  }
};

class SdesTransport final : public Transport {
 public:
  bool make(const SrtpKeys& keys) {
    return sends_.make(row(keys.suite), keys.local, ssrc_any_outbound) &&
           takes_.make(row(keys.suite), keys.remote, ssrc_any_inbound);
  }
  std::size_t protect_rtp(std::uint8_t* bytes, std::size_t size) noexcept override {
    return work(srtp_protect, sends_.session, bytes, size);
  }
  std::size_t protect_rtcp(std::uint8_t* bytes, std::size_t size) noexcept override {
    return work(srtp_protect_rtcp, sends_.session, bytes, size);
  }
  std::size_t unprotect_rtp(std::uint8_t* bytes, std::size_t size) noexcept override {
    return work(srtp_unprotect, takes_.session, bytes, size);
  }
  std::size_t unprotect_rtcp(std::uint8_t* bytes, std::size_t size) noexcept override {
    return work(srtp_unprotect_rtcp, takes_.session, bytes, size);
  }

 private:
  using Function = srtp_err_status_t (*)(srtp_t, void*, int*);
  static std::size_t work(Function function, srtp_t session, std::uint8_t* bytes, std::size_t size) noexcept {
    int length = static_cast<int>(size);
    if (function(session, bytes, &length) != srtp_err_status_ok || length <= 0) return 0;
    return static_cast<std::size_t>(length);
  }

  Session sends_;
  Session takes_;
};

bool has(const SuiteRow& suite) {
  if (!begin_library()) return false;
  Session session;
  return session.make(suite, std::string(suite.key_length, '\x5A'), ssrc_any_outbound);
}

}  // namespace

std::span<const SrtpSuite> supported_srtp_suites() {
  static const std::vector<SrtpSuite> list = [] {
    std::vector<SrtpSuite> made;
    for (const auto suite : {SrtpSuite::aead_aes_256_gcm, SrtpSuite::aead_aes_128_gcm,
                             SrtpSuite::aes_cm_128_hmac_sha1_80, SrtpSuite::aes_cm_128_hmac_sha1_32}) {
      if (has(row(suite))) made.push_back(suite);
    }
    return made;
  }();
  return list;
}

std::string_view name(SrtpSuite suite) noexcept { return row(suite).name; }

std::optional<SrtpSuite> srtp_suite(std::string_view name) noexcept {
  for (const auto& r : rows) {
    if (r.name == name) return r.suite;
  }
  return std::nullopt;
}

std::size_t srtp_key_length(SrtpSuite suite) noexcept { return row(suite).key_length; }

std::string make_srtp_key(SrtpSuite suite) {
  std::string key(srtp_key_length(suite), '\0');
  random_bytes({reinterpret_cast<std::uint8_t*>(key.data()),
                key.size()});  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast)
  return key;
}

Result<std::unique_ptr<Transport>> make_sdes_transport(const SrtpKeys& keys) {
  const std::size_t length = srtp_key_length(keys.suite);
  if (keys.local.size() != length || keys.remote.size() != length) {
    return fail(ErrorCode::bad_request, "An SRTP key does not have the length of its suite");
  }
  auto transport = std::make_unique<SdesTransport>();
  if (!begin_library() || !transport->make(keys))
    return fail(ErrorCode::failed, "The SRTP library does not take this suite");
  return transport;
}

}  // namespace otklik::media
