#include "net/transport/tls.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <string_view>

#include "base/file.hpp"
#include "base/log.hpp"
#include "net/transport/tls_socket.hpp"

namespace otklik::net {
namespace {

constexpr std::size_t pem_size = 1024 * 1024;
constexpr std::array<unsigned char, 6> session_context{'o', 't', 'k', 'l', 'i', 'k'};

struct BioDeleter {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
struct X509Deleter {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};
struct KeyDeleter {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
using BioPtr = std::unique_ptr<BIO, BioDeleter>;
using X509Ptr = std::unique_ptr<X509, X509Deleter>;
using KeyPtr = std::unique_ptr<EVP_PKEY, KeyDeleter>;

BioPtr bio_of(const std::string& text) { return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// Nobody stands at the terminal of a service to type a pass phrase.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  static constexpr std::array<unsigned char, 9> ours{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, out_size, ours.data(), static_cast<unsigned>(ours.size()), offered, offered_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 3.2
}

Result<std::string> read_pem(const std::string& path, std::string_view what) {
  if (path.empty()) return fail(ErrorCode::failed, "No file is set for the " + std::string(what));
  auto text = read_file(path, pem_size);
  if (!text) {
    return fail(ErrorCode::failed,
                "The " + std::string(what) + " " + path + ": " +
                    (text.error().code == ErrorCode::not_found ? "the file cannot be opened" : text.error().message));
  }
  return text;
}

}  // namespace

void TlsContext::Deleter::operator()(ssl_ctx_st* context) const noexcept { SSL_CTX_free(context); }

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsFiles& files) {
  const auto chain_text = read_pem(files.certificate_chain, "certificate chain");
  if (!chain_text) return std::unexpected(chain_text.error());
  const auto key_text = read_pem(files.private_key, "private key");
  if (!key_text) return std::unexpected(key_text.error());

  ERR_clear_error();
  auto result = std::make_shared<TlsContext>();
  result->context_.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = result->context_.get();
  if (context == nullptr) return fail(ErrorCode::failed, "OpenSSL cannot be started");
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets carry the sessions
  SSL_CTX_set_session_id_context(context, session_context.data(), static_cast<unsigned>(session_context.size()));
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_read_ahead(context, 1);  // a record in one call, not its five bytes of header first
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);

  const auto chain = bio_of(*chain_text);
  const X509Ptr leaf(PEM_read_bio_X509_AUX(chain.get(), nullptr, nullptr, nullptr));
  if (!leaf) {
    return fail(ErrorCode::failed, "The certificate chain " + files.certificate_chain + " holds no PEM certificate");
  }
  if (SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    return fail(ErrorCode::failed, "The certificate in " + files.certificate_chain + " is not accepted by OpenSSL");
  }
  while (X509Ptr next{PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)}) {
    if (SSL_CTX_add1_chain_cert(context, next.get()) != 1) {
      return fail(ErrorCode::failed,
                  "The certificate chain " + files.certificate_chain + " is not accepted by OpenSSL");
    }
  }
  const auto last = ERR_peek_last_error();
  if (last != 0 && (ERR_GET_LIB(last) != ERR_LIB_PEM || ERR_GET_REASON(last) != PEM_R_NO_START_LINE)) {
    ERR_clear_error();
    return fail(ErrorCode::failed, "The certificate chain " + files.certificate_chain + " is damaged");
  }
  ERR_clear_error();

  bool encrypted = false;
  const KeyPtr key(PEM_read_bio_PrivateKey(bio_of(*key_text).get(), nullptr, no_passphrase, &encrypted));
  ERR_clear_error();
  if (!key) {
    return fail(ErrorCode::failed,
                "The private key " + files.private_key +
                    (encrypted ? " is encrypted: store it without a pass phrase" : " holds no PEM private key"));
  }
  if (X509_check_private_key(leaf.get(), key.get()) != 1 || SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    ERR_clear_error();
    return fail(ErrorCode::failed, "The private key " + files.private_key + " does not belong to the certificate " +
                                       files.certificate_chain);
  }

  std::tm until{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(leaf.get()), &until) == 1) {
    result->valid_until_ =
        std::chrono::time_point_cast<Duration>(std::chrono::system_clock::from_time_t(::timegm(&until)));
    if (result->valid_until_ < WallClock().now()) {
      log::warn("the certificate {} expired at {}", files.certificate_chain, utc_text(result->valid_until_));
    }
  }
  return result;
}

SslPtr TlsContext::accept(int fd) const {
  SslPtr ssl(SSL_new(context_.get()));
  if (ssl) {
    SSL_set_accept_state(ssl.get());
    if (!TlsSocket::attach(ssl.get(), fd)) ssl.reset();
  }
  return ssl;
}

}  // namespace otklik::net
