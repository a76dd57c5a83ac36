#pragma once
#include <curl/curl.h>

#include <cstdint>
#include <string>

#include "scenario/http_client.hpp"

namespace otklik::scenario {

/// One request on its way: the handle of libcurl and what its callbacks write into. It does not move.
class HttpTransfer {
 public:
  HttpTransfer(const HttpOptions& options, std::uint64_t number, HttpRequest request, HttpClient::Done done);
  ~HttpTransfer();
  HttpTransfer(const HttpTransfer&) = delete;
  HttpTransfer& operator=(const HttpTransfer&) = delete;

  /// `held` counts the bytes of all answers on their way, of this thread. Errors: `bad_request`, `forbidden`, `failed`.
  Result<> prepare(std::size_t& held);
  [[nodiscard]] CURL* handle() const noexcept { return easy_; }
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] static HttpTransfer& of(CURL* easy);

  /// libcurl is through with it.
  [[nodiscard]] Result<HttpResponse> result(CURLcode code);
  void finish(Result<HttpResponse> result) { done_(std::move(result)); }

 private:
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);
  static curl_socket_t open_socket(void* self, curlsocktype purpose, struct curl_sockaddr* address);

  void drop_body();
  Result<> set_method();
  Result<> set_headers();
  Result<> set_tls();

  const HttpOptions& options_;
  const std::uint64_t number_;
  HttpRequest request_;
  HttpClient::Done done_;
  CURL* easy_ = nullptr;
  curl_slist* headers_ = nullptr;
  HttpResponse response_;
  std::size_t most_bytes_ = 0;
  std::size_t* held_ = nullptr;
  std::size_t header_bytes_ = 0;
  bool is_too_large_ = false;
  bool is_too_many_ = false;
  bool is_forbidden_ = false;
  char why_[CURL_ERROR_SIZE] = {};
};

}  // namespace otklik::scenario
