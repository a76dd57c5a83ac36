#include "net/worker.hpp"

#include <ctime>

#include "base/random.hpp"
#include "net/connection.hpp"
#include "net/http/http_date.hpp"

namespace otklik::net {
namespace {

// Ids of one loop never meet those of another, and a restart begins somewhere else.
std::uint64_t first_request_id(unsigned index) {
  std::array<std::uint8_t, 4> start{};
  random_bytes(start);
  std::uint64_t id = index;
  for (const auto byte : start) id = id << 8 | byte;
  return id << 24;
}

}  // namespace

bool ServerShared::trusts(const Address& peer) const noexcept {
  for (const auto& network : options->trusted_proxies) {
    if (network.contains(peer)) return true;
  }
  return false;
}

Worker::Worker(ServerShared& shared, std::unique_ptr<Loop> loop, unsigned index)
    : shared_(shared),
      loop_(std::move(loop)),
      scratch_(new char[scratch_size]),
      next_request_id_(first_request_id(index)),
      drain_limit_([](void* self) { static_cast<Worker*>(self)->stop_now(); }, this) {}

Worker::~Worker() = default;

std::unique_ptr<Exchange> Worker::take_exchange() {
  if (pool_.empty()) return std::make_unique<Exchange>();
  auto exchange = std::move(pool_.back());
  pool_.pop_back();
  return exchange;
}

void Worker::give_back(std::unique_ptr<Exchange> exchange) {
  if (pool_.size() >= pool_size) return;
  exchange->reset_all();
  pool_.push_back(std::move(exchange));
}

std::string_view Worker::date_line() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  if (now.tv_sec != date_second_) {
    date_second_ = now.tv_sec;
    date_line_ = "Date: " + http_date(std::chrono::sys_seconds(std::chrono::seconds(now.tv_sec))) + "\r\n";
  }
  return date_line_;
}

void Worker::add(std::shared_ptr<Connection> connection) {
  connection->place_in_worker_ = connections_.size();
  ++open_sockets_;
  connections_.push_back(std::move(connection));
}

void Worker::remove(Connection& connection) {
  const std::size_t at = connection.place_in_worker_;
  auto going = std::move(connections_[at]);
  if (at + 1 != connections_.size()) {
    connections_[at] = std::move(connections_.back());
    connections_[at]->place_in_worker_ = at;
  }
  connections_.pop_back();
  loop_->release(std::move(going));
}

void Worker::socket_closed() {
  --open_sockets_;
  load.fetch_sub(1, std::memory_order_relaxed);
  if (draining_ && open_sockets_ == 0) loop_->stop();
}

void Worker::drain(std::chrono::milliseconds limit) {
  draining_ = true;
  if (limit.count() <= 0) {
    stop_now();
    return;
  }
  loop_->timers().set(drain_limit_, loop_->now() + limit.count());
  // A connection may close, and so leave the list, while we walk: keep them by a copy.
  const auto all = connections_;
  for (const auto& connection : all) connection->drain();
  if (open_sockets_ == 0) loop_->stop();
}

void Worker::stop_now() {
  draining_ = true;
  const auto all = connections_;
  for (const auto& connection : all) connection->abandon();
  connections_.clear();
  loop_->stop();
}

}  // namespace otklik::net
