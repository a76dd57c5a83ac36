#include "net/server.hpp"

#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "net/acceptor.hpp"
#include "net/worker.hpp"

namespace otklik::net {

class Server::Impl {
 public:
  explicit Impl(ServerOptions options) : shared_(std::move(options)) {
    const int wanted = shared_.options->threads;
    const unsigned count =
        wanted > 0 ? static_cast<unsigned>(wanted) : std::max(1U, std::thread::hardware_concurrency());
    for (unsigned i = 0; i < count; ++i) {
      auto loop = Loop::make();
      if (!loop) throw std::runtime_error(loop.error().message);
      workers_.push_back(std::make_unique<Worker>(shared_, std::move(*loop), i));
    }
    for (unsigned i = 0; i < count; ++i) threads_.emplace_back([this, i] { run(i); });
  }

  ~Impl() { stop(std::chrono::milliseconds(0)); }

  Result<Listening> listen(const ListenerOptions& listener);
  void use(ServerOptions options);
  Result<> load_certificates();
  void stop(std::chrono::milliseconds limit);
  [[nodiscard]] ServerFigures figures() const;

 private:
  void run(unsigned index) {
    // Signals are the main thread's; SIGPIPE nobody's, since sendfile raises it and takes no flag against that.
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    ::pthread_setname_np(::pthread_self(), ("http-" + std::to_string(index)).c_str());
    workers_[index]->loop().run();
  }

  /// Runs on every loop and waits until all have. Loops that have ended are passed over.
  template <class Do>
  void on_each_loop(Do what) {
    std::vector<std::future<void>> done;
    for (auto& worker : workers_) {
      std::promise<void> promise;
      done.push_back(promise.get_future());
      worker->loop().post([&worker, &what, promise = std::move(promise)]() mutable {
        what(*worker);
        promise.set_value();
      });
    }
    for (auto& one : done) one.wait();
  }

  ServerShared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
  mutable std::mutex mutex_;  ///< of what follows; listen(), reload and stop() come from anywhere
  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  std::size_t next_home_ = 0;
  bool stopped_ = false;
  mutable std::mutex counts_mutex_;  ///< of what follows; stop() holds the other while a loop asks for figures
  std::vector<std::pair<Listening, std::shared_ptr<ListenerCounts>>> counts_;
};

Result<Listening> Server::Impl::listen(const ListenerOptions& listener) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return fail(ErrorCode::unavailable, "The server has been stopped");
  if (listener.tls && !shared_.tls.take()) {
    if (auto loaded = load_certificates(); !loaded) return std::unexpected(loaded.error());
  }
  Listening listening{listener.endpoint, listener.tls, listener.admin};
  auto socket = open_listening_socket(listener.endpoint, listening.endpoint);
  if (!socket) return std::unexpected(socket.error());
  Worker& home = *workers_[next_home_++ % workers_.size()];
  const auto counts = std::make_shared<ListenerCounts>();
  auto& acceptor =
      acceptors_.emplace_back(std::make_unique<Acceptor>(std::move(*socket), listener, counts, home, workers_));
  {
    const std::lock_guard counting(counts_mutex_);
    counts_.emplace_back(listening, counts);
  }
  home.loop().post([&a = *acceptor] { a.start(); });  // the kernel accepts from now on
  return listening;
}

void Server::Impl::use(ServerOptions options) {
  shared_.census.limit(options.limits.connections, options.limits.connections_per_address);
  shared_.options.publish(std::move(options));
}

Result<> Server::Impl::load_certificates() {
  auto context = TlsContext::load(shared_.options->tls);
  if (!context) return std::unexpected(context.error());
  shared_.tls.publish(std::move(*context));
  return {};
}

void Server::Impl::stop(std::chrono::milliseconds limit) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(stopped_, true)) return;
  // First nobody accepts any more, then nobody can be given a connection behind its drain.
  on_each_loop([&](Worker& worker) {
    for (auto& acceptor : acceptors_) {
      if (acceptor->is_of(worker)) acceptor->stop();
    }
  });
  for (auto& worker : workers_) {
    worker->loop().post([&w = *worker, limit] { w.drain(limit); });
  }
  for (auto& thread : threads_) thread.join();
  acceptors_.clear();
}

ServerFigures Server::Impl::figures() const {
  ServerFigures sum;
  const auto value = [](const WorkerFigures::Count& count) { return count.load(std::memory_order_relaxed); };
  for (const auto& worker : workers_) {
    const auto& f = worker->figures();
    sum.connections_accepted += value(f.accepted);
    sum.connections_refused += value(f.refused);
    sum.requests += value(f.requests);
    sum.bytes_in += value(f.bytes_in);
    sum.bytes_out += value(f.bytes_out);
    sum.malformed += value(f.malformed);
    sum.timed_out += value(f.timed_out);
    sum.status_2xx += value(f.by_class[2]);
    sum.status_3xx += value(f.by_class[3]);
    sum.status_4xx += value(f.by_class[4]);
    sum.status_5xx += value(f.by_class[5]);
  }
  sum.connections_open = shared_.census.open();
  const std::lock_guard counting(counts_mutex_);
  for (const auto& [listener, counts] : counts_) {
    sum.listeners.push_back(
        {listener, value(counts->accepted), value(counts->refused), counts->open.load(std::memory_order_relaxed)});
  }
  return sum;
}

Server::Server(ServerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Server::~Server() = default;
Result<Listening> Server::listen(const ListenerOptions& listener) { return impl_->listen(listener); }
void Server::use(ServerOptions options) { impl_->use(std::move(options)); }
Result<> Server::reload_certificates() { return impl_->load_certificates(); }
void Server::stop(std::chrono::milliseconds limit) { impl_->stop(limit); }
ServerFigures Server::figures() const { return impl_->figures(); }

}  // namespace otklik::net
