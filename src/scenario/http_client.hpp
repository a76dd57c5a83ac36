#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/live.hpp"
#include "scenario/options.hpp"

namespace otklik::scenario {

struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< http or https
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool has_body = false;
  std::string user, password;            ///< Basic, when `user` is not empty
  std::string bearer;                    ///< or this
  std::chrono::milliseconds timeout{0};  ///< of the whole; 0: the option's
  int redirects = -1;                    ///< followed at most; -1: the option's
  std::size_t most_bytes = 0;            ///< of the body; 0: the option's
  bool insecure = false;                 ///< no check of the server's certificate, where the option allows that
  std::string certificate;               ///< the name of a client certificate of the options
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case, of the last answer
  std::string body;
  std::string url;  ///< after redirects
  double seconds = 0;
};

/// Requests to other servers, any number at once, on one thread.
class HttpClient {
 public:
  using Done = std::move_only_function<void(Result<HttpResponse>)>;

  explicit HttpClient(HttpOptions options);
  ~HttpClient();

  /// These hold for requests from now on; how many connections there may be stays. Any thread.
  void use(HttpOptions options) { options_.publish(std::move(options)); }

  /// A number for cancel(), to be had before start().
  [[nodiscard]] std::uint64_t new_number() noexcept { return ++last_number_; }

  /// `done` runs once, on the client's thread or here. Errors: `bad_request` (URL, header, method, an unknown
  /// certificate), `forbidden` (an address that the options do not allow), `timeout`, `too_large`, `too_many`,
  /// `unavailable` (no such host, refused, broken off, TLS, too many redirects; or stopping).
  void start(std::uint64_t number, HttpRequest request, Done done);

  /// Breaks it off: `done` runs with `unavailable`, if it has not yet. Any thread.
  void cancel(std::uint64_t number);

  [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_.load(std::memory_order_relaxed); }

  /// Breaks off everything and joins the thread. Idempotent.
  void stop();

 private:
  class Loop;

  Live<HttpOptions> options_;
  std::atomic<std::uint64_t> last_number_{0};
  std::atomic<std::size_t> in_flight_{0};
  std::unique_ptr<Loop> loop_;
};

/// Whether the options allow a connection to this address.
bool is_allowed(const HttpOptions& options, const Address& address) noexcept;

}  // namespace otklik::scenario
