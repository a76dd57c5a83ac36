#include "scenario/http_transfer.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "base/log.hpp"
#include "base/text.hpp"

namespace otklik::scenario {
namespace {

constexpr std::size_t most_header_bytes = 256 * 1024;

bool is_token(std::string_view text) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";  // RFC 9110 5.6.2
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || others.contains(c);
  });
}

bool is_header_value(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

std::optional<Address> address_of(const sockaddr& address) {
  Address out;
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    out.bytes[10] = out.bytes[11] = 0xFF;
    std::memcpy(out.bytes.data() + 12, &v4.sin_addr, 4);
    return out;
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    std::memcpy(out.bytes.data(), &v6.sin6_addr, 16);
    return out;
  }
  return std::nullopt;
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  curl_easy_setopt(easy, option, value);
}

}  // namespace

HttpTransfer::HttpTransfer(const HttpOptions& options, std::uint64_t number, HttpRequest request, HttpClient::Done done)
    : options_(options), number_(number), request_(std::move(request)), done_(std::move(done)) {}

HttpTransfer::~HttpTransfer() {
  drop_body();
  if (easy_ != nullptr) curl_easy_cleanup(easy_);
  curl_slist_free_all(headers_);
}

HttpTransfer& HttpTransfer::of(CURL* easy) {
  void* self = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
  return *static_cast<HttpTransfer*>(self);
}

void HttpTransfer::drop_body() {
  if (held_ != nullptr) *held_ -= response_.body.size();
  response_.body.clear();
}

Result<> HttpTransfer::prepare(std::size_t& held) {
  held_ = &held;
  if (request_.url.find('\0') != std::string::npos || !is_header_value(request_.url)) {
    return fail(ErrorCode::bad_request, "The URL is malformed");
  }
  easy_ = curl_easy_init();
  if (easy_ == nullptr) return fail(ErrorCode::failed, "libcurl gives no handle");
  set(easy_, CURLOPT_PRIVATE, this);
  set(easy_, CURLOPT_ERRORBUFFER, why_);
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  set(easy_, CURLOPT_URL, request_.url.c_str());
  set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy_, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(easy_, CURLOPT_ACCEPT_ENCODING, "");
  set(easy_, CURLOPT_USERAGENT, "otklik");
  const int redirects = request_.redirects < 0 ? options_.redirects : std::min(request_.redirects, options_.redirects);
  set(easy_, CURLOPT_FOLLOWLOCATION, redirects > 0 ? 1L : 0L);
  set(easy_, CURLOPT_MAXREDIRS, static_cast<long>(redirects));
  const auto timeout = request_.timeout.count() > 0 ? request_.timeout : options_.timeout;
  set(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(timeout, options_.connect_timeout).count()));
  set(easy_, CURLOPT_PROXY, options_.proxy.c_str());  // empty: none, whatever the environment says
  most_bytes_ = request_.most_bytes == 0 ? options_.most_bytes : std::min(request_.most_bytes, options_.most_bytes);
  set(easy_, CURLOPT_HEADERFUNCTION, &on_header);
  set(easy_, CURLOPT_HEADERDATA, this);
  set(easy_, CURLOPT_WRITEFUNCTION, &on_body);
  set(easy_, CURLOPT_WRITEDATA, this);
  // The address is checked when the socket is made, so a name that resolves to another one meanwhile gains nothing.
  set(easy_, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  set(easy_, CURLOPT_OPENSOCKETDATA, this);
  if (auto done = set_method(); !done) return done;
  if (auto done = set_headers(); !done) return done;
  return set_tls();
}

Result<> HttpTransfer::set_method() {
  if (!is_token(request_.method)) return fail(ErrorCode::bad_request, "The method is malformed");
  if (request_.has_body) {
    set(easy_, CURLOPT_POST, 1L);
    set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(easy_, CURLOPT_POSTFIELDS, request_.body.data());
    if (request_.method != "POST") set(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  } else if (request_.method == "HEAD") {
    set(easy_, CURLOPT_NOBODY, 1L);
  } else if (request_.method != "GET") {
    set(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
  if (!request_.user.empty()) {
    set(easy_, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    set(easy_, CURLOPT_USERNAME, request_.user.c_str());
    set(easy_, CURLOPT_PASSWORD, request_.password.c_str());
  } else if (!request_.bearer.empty()) {
    if (!is_header_value(request_.bearer)) return fail(ErrorCode::bad_request, "The bearer token is malformed");
    set(easy_, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
    set(easy_, CURLOPT_XOAUTH2_BEARER, request_.bearer.c_str());
  }
  return {};
}

Result<> HttpTransfer::set_headers() {
  const auto append = [this](const std::string& line) {
    curl_slist* longer = curl_slist_append(headers_, line.c_str());
    if (longer != nullptr) headers_ = longer;
    return longer != nullptr;
  };
  if (!append("Expect:")) return fail(ErrorCode::failed);  // else libcurl waits a second before it sends a long body
  for (const auto& [name, value] : request_.headers) {
    if (!is_token(name) || !is_header_value(value)) {
      return fail(ErrorCode::bad_request, "A header is malformed");
    }
    // libcurl's spelling of a header without a value is a semicolon
    if (!append(value.empty() ? name + ";" : name + ": " + value)) return fail(ErrorCode::failed);
  }
  set(easy_, CURLOPT_HTTPHEADER, headers_);
  return {};
}

Result<> HttpTransfer::set_tls() {
  if (!options_.ca_file.empty()) set(easy_, CURLOPT_CAINFO, options_.ca_file.c_str());
  if (request_.insecure) {
    if (!options_.allow_insecure) {
      return fail(ErrorCode::forbidden, "The settings do not allow a request without a check of the certificate");
    }
    set(easy_, CURLOPT_SSL_VERIFYPEER, 0L);
    set(easy_, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!request_.certificate.empty()) {
    const auto found = options_.certificates.find(request_.certificate);
    if (found == options_.certificates.end()) return fail(ErrorCode::bad_request, "There is no such certificate");
    set(easy_, CURLOPT_SSLCERT, found->second.certificate.c_str());
    set(easy_, CURLOPT_SSLKEY, found->second.key.c_str());
  }
  return {};
}

std::size_t HttpTransfer::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const std::string_view line(bytes, size * count);
  transfer.header_bytes_ += line.size();
  if (transfer.header_bytes_ > most_header_bytes) {
    transfer.is_too_large_ = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) {  // a redirect, or 100 Continue, was before: only the last answer counts
    transfer.response_.headers.clear();
    transfer.drop_body();
    return line.size();
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  std::string name(trim(line.substr(0, colon)));
  for (char& c : name) c = ascii_lower(c);
  transfer.response_.headers.emplace_back(std::move(name), trim(line.substr(colon + 1)));
  return line.size();
}

std::size_t HttpTransfer::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const std::size_t n = size * count;
  if (n > transfer.most_bytes_ - transfer.response_.body.size()) {
    transfer.is_too_large_ = true;
    return n + 1;  // what libcurl takes for a failure, also when n is 0
  }
  if (*transfer.held_ + n > transfer.options_.most_bytes_in_all) {
    transfer.is_too_many_ = true;
    return n + 1;
  }
  *transfer.held_ += n;
  transfer.response_.body.append(bytes, n);
  return n;
}

curl_socket_t HttpTransfer::open_socket(void* self, curlsocktype, struct curl_sockaddr* address) {
  auto& transfer = *static_cast<HttpTransfer*>(self);
  const auto peer = address_of(address->addr);
  if (!peer || !is_allowed(transfer.options_, *peer)) {
    transfer.is_forbidden_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

Result<HttpResponse> HttpTransfer::result(CURLcode code) {
  if (is_too_large_) return fail(ErrorCode::too_large, "The answer is too large");
  if (is_too_many_) return fail(ErrorCode::too_many, "The answers on their way are too large together");
  switch (code) {
    case CURLE_OK:
      break;
    case CURLE_OPERATION_TIMEDOUT:
      return fail(ErrorCode::timeout, "The server did not answer in time");
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return fail(ErrorCode::bad_request, "The URL is malformed, or neither http nor https");
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
      // libcurl names the file, which is the administrator's to know and not the scenario's.
      log::error("HTTP client of scenarios: {}", why_[0] != '\0' ? why_ : curl_easy_strerror(code));
      return fail(ErrorCode::unavailable, "A certificate of the settings cannot be used");
    case CURLE_TOO_MANY_REDIRECTS:
      return fail(ErrorCode::unavailable, "The server redirects too often");
    default:
      if (is_forbidden_) return fail(ErrorCode::forbidden, "The settings do not allow a request to that address");
      return fail(ErrorCode::unavailable, why_[0] != '\0' ? why_ : curl_easy_strerror(code));
  }
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  const char* url = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_EFFECTIVE_URL, &url);
  if (url != nullptr) response_.url = url;
  curl_easy_getinfo(easy_, CURLINFO_TOTAL_TIME, &response_.seconds);
  HttpResponse response = std::move(response_);
  *held_ -= response.body.size();
  response_.body.clear();
  return response;
}

}  // namespace otklik::scenario
