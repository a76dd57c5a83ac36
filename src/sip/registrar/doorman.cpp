#include "sip/registrar/doorman.hpp"

#include <functional>

namespace otklik::sip {

void Doorman::use(std::shared_ptr<const Accounts> accounts) {
  accounts_ = std::move(accounts);
  with_sha256_ = false;
  with_md5_ = accounts_->by_user.empty();
  for (const auto& [user, account] : accounts_->by_user) {
    with_sha256_ = with_sha256_ || !account.ha1_sha256.empty();
    with_md5_ = with_md5_ || !account.ha1_md5.empty();
  }
}

Doorman::Verdict Doorman::look_at(const Message& request, Transport transport, std::int64_t now) {
  Verdict verdict;
  verdict.accounts = accounts_;
  bool shown = false;
  for (const auto& field : request.fields) {
    if (field.name != "Authorization" && field.name != "Proxy-Authorization") continue;
    const auto credentials = digest::Credentials::parse(field.value);
    if (!credentials || credentials->realm != accounts_->realm) continue;
    const auto standing = nonces_.check(credentials->nonce, now);
    if (standing == digest::Nonces::Verdict::foreign) continue;  // of another server, or of us before a restart
    const auto found = accounts_->by_user.find(credentials->user);
    const std::string_view ha1 = found == accounts_->by_user.end()                  ? std::string_view{}
                                 : credentials->algorithm == digest::Algorithm::md5 ? found->second.ha1_md5
                                                                                    : found->second.ha1_sha256;
    // An unknown user costs the same work as a known one.
    const auto expected =
        digest::response_for(*credentials, ha1.empty() ? "00000000000000000000000000000000" : ha1, request.method);
    if (ha1.empty() || !digest::equal(expected, credentials->response)) {
      shown = true;
      continue;
    }
    const auto identity = std::hash<std::string_view>{}(request.call_id) ^ (std::size_t{request.sequence} << 20) ^
                          std::hash<std::string_view>{}(request.via.parameters.get("branch").value_or(""));
    if (standing != digest::Nonces::Verdict::good ||
        nonces_.take(credentials->nonce, credentials->nc, identity, now) != digest::Nonces::Verdict::good) {
      verdict.stale = true;
      return verdict;
    }
    verdict.account = &found->second;
    verdict.what = found->second.transports.allow(transport) ? Verdict::What::proven : Verdict::What::not_allowed;
    return verdict;
  }
  if (shown) verdict.what = Verdict::What::wrong;
  return verdict;
}

void Doorman::challenge(Message& reply, bool stale, std::int64_t now) {
  const std::string_view name = reply.status == 407 ? "Proxy-Authenticate" : "WWW-Authenticate";
  digest::Challenge made;
  made.realm = accounts_->realm;
  made.qop_auth = true;
  made.stale = stale;
  for (const auto algorithm : {digest::Algorithm::sha256, digest::Algorithm::md5}) {
    if (!(algorithm == digest::Algorithm::md5 ? with_md5_ : with_sha256_)) continue;
    made.algorithm = algorithm;
    made.nonce = nonces_.make(now);
    reply.add(name, made.text());
  }
}

}  // namespace otklik::sip
