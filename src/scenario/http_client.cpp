#include "scenario/http_client.hpp"

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <initializer_list>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>

#include "scenario/http_transfer.hpp"

namespace otklik::scenario {

std::vector<Network> HttpOptions::default_deny() {
  std::vector<Network> networks;
  for (const char* text : {"169.254.0.0/16", "0.0.0.0/8", "224.0.0.0/3", "fe80::/10", "ff00::/8"}) {
    if (const auto network = Network::parse(text)) networks.push_back(*network);
  }
  return networks;
}

bool is_allowed(const HttpOptions& options, const Address& address) noexcept {
  const auto holds = [&](const Network& network) { return network.contains(address); };
  if (std::ranges::any_of(options.deny, holds)) return false;
  return options.allow.empty() || std::ranges::any_of(options.allow, holds);
}

/// The thread that drives libcurl. Orders come in a list under a lock; everything else belongs to the thread.
class HttpClient::Loop {
 public:
  Loop(const HttpOptions& options, std::atomic<std::size_t>& in_flight) : in_flight_(in_flight) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_ALL);
    multi_ = curl_multi_init();
    if (started != CURLE_OK || multi_ == nullptr) throw std::runtime_error("libcurl does not start");
    curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(options.connections));
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(options.connections_per_host));
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options.connections));
    thread_ = std::thread([this] { run(); });
    ::pthread_setname_np(thread_.native_handle(), "script-http");
  }

  ~Loop() {
    stop();
    curl_multi_cleanup(multi_);
  }

  /// False when stopping; the transfer is still the caller's then.
  bool add(std::unique_ptr<HttpTransfer>& transfer) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
      fresh_.push_back(std::move(transfer));
    }
    curl_multi_wakeup(multi_);
    return true;
  }

  void cancel(std::uint64_t number) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      cancelled_.push_back(number);
    }
    curl_multi_wakeup(multi_);
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    while (take_orders()) {
      int running = 0;
      curl_multi_perform(multi_, &running);
      collect();
      curl_multi_poll(multi_, nullptr, 0, 60'000, nullptr);
    }
    while (!transfers_.empty()) end(transfers_.begin()->first, fail(ErrorCode::unavailable, "The server is stopping"));
  }

  /// False when it is time to stop.
  bool take_orders() {
    std::vector<std::unique_ptr<HttpTransfer>> fresh;
    std::vector<std::uint64_t> cancelled;
    bool stopping = false;
    {
      const std::lock_guard lock(mutex_);
      fresh.swap(fresh_);
      cancelled.swap(cancelled_);
      stopping = stopping_;
    }
    for (auto& transfer : fresh) {
      const auto number = transfer->number();
      auto& kept = transfers_[number] = std::move(transfer);
      if (const auto ready = kept->prepare(held_); !ready) {
        end(number, std::unexpected(ready.error()));
      } else {
        curl_multi_add_handle(multi_, kept->handle());
      }
    }
    for (const auto number : cancelled) end(number, fail(ErrorCode::unavailable, "The request was broken off"));
    return !stopping;
  }

  void collect() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      auto& transfer = HttpTransfer::of(message->easy_handle);
      end(transfer.number(), transfer.result(code));
    }
  }

  void end(std::uint64_t number, Result<HttpResponse> result) {
    const auto found = transfers_.find(number);
    if (found == transfers_.end()) return;
    const auto transfer = std::move(found->second);
    transfers_.erase(found);
    if (transfer->handle() != nullptr) curl_multi_remove_handle(multi_, transfer->handle());
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
    transfer->finish(std::move(result));
  }

  std::atomic<std::size_t>& in_flight_;
  CURLM* multi_ = nullptr;
  std::size_t held_ = 0;  ///< bytes of all answers on their way
  std::unordered_map<std::uint64_t, std::unique_ptr<HttpTransfer>> transfers_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<HttpTransfer>> fresh_;
  std::vector<std::uint64_t> cancelled_;
  bool stopping_ = false;
  std::thread thread_;
};

HttpClient::HttpClient(HttpOptions options)
    : options_(std::move(options)), loop_(std::make_unique<Loop>(*options_, in_flight_)) {}

HttpClient::~HttpClient() { stop(); }

void HttpClient::start(std::uint64_t number, HttpRequest request, Done done) {
  if (in_flight_.fetch_add(1, std::memory_order_relaxed) >= options_->most_requests) {
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
    done(fail(ErrorCode::too_many, "There are too many requests under way"));
    return;
  }
  auto transfer = std::make_unique<HttpTransfer>(*options_, number, std::move(request), std::move(done));
  if (!loop_->add(transfer)) {
    in_flight_.fetch_sub(1, std::memory_order_relaxed);
    transfer->finish(fail(ErrorCode::unavailable, "The server is stopping"));
  }
}

void HttpClient::cancel(std::uint64_t number) { loop_->cancel(number); }

void HttpClient::stop() { loop_->stop(); }

}  // namespace otklik::scenario
