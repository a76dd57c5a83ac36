#include "media/load.hpp"

#include <arpa/inet.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>

#include "media/rtp/packet.hpp"

namespace otklik::bench {
namespace {

std::uint64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

constexpr std::uint32_t time_mark = 0x0B5E55ED;

}  // namespace

Load::Load() : heard_by_port_(65536, -1) {
  for (std::size_t i = 0; i < sockets; ++i) {
    fds_[i].reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int room = 8 << 20;
    ::setsockopt(fds_[i].get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    ::setsockopt(fds_[i].get(), SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    ::bind(fds_[i].get(), reinterpret_cast<sockaddr*>(&at), size);          // NOLINT
    ::getsockname(fds_[i].get(), reinterpret_cast<sockaddr*>(&at), &size);  // NOLINT
    ports_[i] = ntohs(at.sin_port);
  }
}

media::SocketAddress Load::address(std::size_t line) const {
  return {*Address::parse("127.0.0.1"), ports_[line % sockets]};
}

void Load::start(std::vector<Line> lines, int core) {
  lines_ = std::move(lines);
  said_.assign(lines_.size(), 0);
  thread_ = std::thread([this, core] { run(core); });
}

void Load::stop() {
  ending_ = true;
  if (thread_.joinable()) thread_.join();
}

void Load::count_anew() {
  anew_ = true;
  while (anew_ && thread_.joinable()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void Load::run(int core) {
  if (core >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    ::sched_setaffinity(0, sizeof set, &set);
  }
  std::size_t round = 0;
  std::uint64_t next = now_ns();
  while (!ending_) {
    if (anew_) {
      sent_ = received_ = gaps_ = late_ = 0;
      for (auto& d : delays_) d = 0;
      anew_ = false;
    }
    if (talking_) say(round);
    round = (round + 1) % rounds;
    for (std::size_t i = 0; i < sockets; ++i) hear(i);
    next += 1'000'000;
    const std::uint64_t now = now_ns();
    if (now > next + 5'000'000) ++late_;
    if (now < next) {
      const timespec until{static_cast<time_t>(next / 1'000'000'000), static_cast<long>(next % 1'000'000'000)};
      ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
    }
  }
}

void Load::say(std::size_t round) {
  std::array<std::array<std::uint8_t, 700>, batch> packets;
  std::array<iovec, batch> pieces{};
  std::array<sockaddr_in, batch> to{};
  std::array<mmsghdr, batch> headers{};
  for (std::size_t socket = 0; socket < sockets; ++socket) {
    std::size_t count = 0;
    const auto flush = [&] {
      std::size_t done = 0;
      while (done < count) {
        const int n = ::sendmmsg(fds_[socket].get(), headers.data() + done, static_cast<unsigned>(count - done), 0);
        if (n <= 0) break;
        done += static_cast<std::size_t>(n);
      }
      sent_ += done;
      count = 0;
    };
    // The lines of this socket whose turn it is in this round.
    for (std::size_t line = socket; line < lines_.size(); line += sockets) {
      if (line / sockets % rounds != round) continue;
      const auto& what = lines_[line];
      const auto& payload = (*what.payloads)[said_[line] % what.payloads->size()];
      auto& packet = packets[count];
      media::write_rtp_header({what.payload_type, said_[line] == 0, static_cast<std::uint16_t>(said_[line]),
                               said_[line] * what.step, static_cast<std::uint32_t>(line + 1)},
                              packet.data());
      ++said_[line];
      std::memcpy(packet.data() + 12, payload.data(), payload.size());
      if (payload.size() >= 160) {  // G.711: when it was said, in place of some samples
        const std::uint64_t now = now_ns();
        std::memcpy(packet.data() + 12, &time_mark, 4);
        std::memcpy(packet.data() + 16, &now, 8);
      }
      to[count].sin_family = AF_INET;
      to[count].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      to[count].sin_port = htons(what.port);
      pieces[count] = {packet.data(), 12 + payload.size()};
      headers[count].msg_hdr = {};
      headers[count].msg_hdr.msg_name = &to[count];
      headers[count].msg_hdr.msg_namelen = sizeof to[count];
      headers[count].msg_hdr.msg_iov = &pieces[count];
      headers[count].msg_hdr.msg_iovlen = 1;
      if (++count == batch) flush();
    }
    flush();
  }
}

void Load::hear(std::size_t socket) {
  static thread_local std::array<std::array<std::uint8_t, 1500>, batch> packets;
  std::array<iovec, batch> pieces{};
  std::array<sockaddr_in, batch> from{};
  std::array<mmsghdr, batch> headers{};
  while (true) {
    for (std::size_t i = 0; i < batch; ++i) {
      pieces[i] = {packets[i].data(), packets[i].size()};
      headers[i].msg_hdr = {};
      headers[i].msg_hdr.msg_name = &from[i];
      headers[i].msg_hdr.msg_namelen = sizeof from[i];
      headers[i].msg_hdr.msg_iov = &pieces[i];
      headers[i].msg_hdr.msg_iovlen = 1;
    }
    const int count = ::recvmmsg(fds_[socket].get(), headers.data(), batch, MSG_DONTWAIT, nullptr);
    if (count <= 0) return;
    const std::uint64_t now = now_ns();
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      const std::uint8_t* p = packets[i].data();
      const std::size_t size = headers[i].msg_len;
      if (media::kind_of_datagram({p, size}) != media::DatagramKind::rtp || size < 12) continue;
      ++received_;
      auto& last = heard_by_port_[ntohs(from[i].sin_port)];
      const std::uint16_t number = media::read_16(p + 2);
      if (last >= 0) {
        const auto step = static_cast<std::int16_t>(number - static_cast<std::uint16_t>(last));
        if (step > 1) gaps_ += static_cast<std::uint64_t>(step - 1);
      }
      last = number;
      std::uint32_t mark = 0;
      if (size >= 24) std::memcpy(&mark, p + 12, 4);
      if (mark == time_mark) {
        std::uint64_t said = 0;
        std::memcpy(&said, p + 16, 8);
        ++delays_[std::min<std::uint64_t>((now - said) / 25'000, delays_.size() - 1)];
      }
    }
    if (count < static_cast<int>(batch)) return;
  }
}

double Load::delay_us(double share) const {
  std::uint64_t all = 0;
  for (const auto& d : delays_) all += d;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < delays_.size(); ++i) {
    seen += delays_[i];
    if (all > 0 && static_cast<double>(seen) >= share * static_cast<double>(all))
      return static_cast<double>(i + 1) * 25;
  }
  return 0;
}

}  // namespace otklik::bench
