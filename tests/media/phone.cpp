#include "media/phone.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "media/goertzel.hpp"
#include "media/rtp/telephone_event.hpp"

namespace otklik::media::testing {
namespace {
constexpr std::uint8_t event_type = 101;
constexpr auto tick = std::chrono::milliseconds(20);

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port = htons(port);
  return to;
}
}  // namespace

bool comes_about(const std::function<bool()>& fact) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!fact()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

Phone::Phone(Codec codec)
    : codec_(std::move(codec)),
      format_(format_of(codec_)),
      fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
      encoder_(make_encoder(format_, "")),
      decoder_(make_decoder(format_)) {
  auto at = loopback(0);
  socklen_t size = sizeof at;
  ::bind(fd_.get(), reinterpret_cast<sockaddr*>(&at), size);          // NOLINT
  ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&at), &size);  // NOLINT
  address_ = {*Address::parse("127.0.0.1"), ntohs(at.sin_port)};
  thread_ = std::thread([this] { run(); });
}

Phone::~Phone() {
  ending_ = true;
  thread_.join();
}

Remote Phone::remote() const {
  Remote remote;
  remote.rtp = address_;
  remote.rtcp_mux = true;
  remote.send = codec_;
  remote.receive = {codec_, {"telephone-event", 8000, event_type, 1, "0-16"}, {"CN", 8000, 13, 1, ""}};
  remote.send_events = Codec{"telephone-event", 8000, event_type, 1, "0-16"};
  return remote;
}

void Phone::call(std::uint16_t port, double hertz) {
  port_ = port;
  hertz_ = hertz;
  sending_ = true;
}

void Phone::press(char digit) {
  const std::lock_guard lock(mutex_);
  to_press_ += digit;
}

void Phone::protect(const SrtpKeys& keys) {
  auto made = make_sdes_transport({keys.suite, keys.remote, keys.local});
  const std::lock_guard lock(mutex_);
  transport_ = std::move(*made);
}

void Phone::send_raw(const std::vector<std::uint8_t>& bytes) {
  const auto to = loopback(port_);
  ::sendto(fd_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);  // NOLINT
}

void Phone::run() {
  auto next = std::chrono::steady_clock::now();
  while (!ending_) {
    pollfd wait{fd_.get(), POLLIN, 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(next - std::chrono::steady_clock::now());
    ::poll(&wait, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 20)));
    take();
    if (std::chrono::steady_clock::now() < next) continue;
    next += tick;
    if (sending_ && port_ != 0) send_one();
  }
}

void Phone::send_one() {
  const int rate = sample_rate(format_);
  std::vector<std::int16_t> samples(static_cast<std::size_t>(rate / 50));
  for (auto& sample : samples) {
    sample = static_cast<std::int16_t>(8000 * std::sin(phase_));
    phase_ += 2 * std::numbers::pi * hertz_ / rate;
    if (phase_ > 2 * std::numbers::pi) phase_ -= 2 * std::numbers::pi;
  }
  if (hertz_ == 0) std::fill(samples.begin(), samples.end(), std::int16_t{0});
  std::vector<std::uint8_t> packet(1500);
  std::size_t size = encoder_->encode(samples, std::span(packet).subspan(rtp_header_size, most_payload_size));
  RtpHeader header{codec_.payload_type, sequence_ == 100, sequence_++, timestamp_, 0x1234567};
  timestamp_ += rtp_clock_rate(format_) / 50;
  const std::lock_guard lock(mutex_);
  if (!to_press_.empty()) {
    if (pressing_ == 0) press_time_ = header.timestamp;
    ++pressing_;
    const bool end = pressing_ >= 5;
    header.payload_type = event_type;
    header.marker = pressing_ == 1;
    header.timestamp = press_time_;
    write_telephone_event(
        {*event_of_digit(to_press_.front()), end, 10, static_cast<std::uint16_t>(std::min(pressing_, 5) * 160)},
        packet.data() + rtp_header_size);
    size = telephone_event_size;
    if (pressing_ == 8) {  // three that tell the end, then the next key
      to_press_.erase(0, 1);
      pressing_ = 0;
    }
  }
  write_rtp_header(header, packet.data());
  size += rtp_header_size;
  if (transport_) size = transport_->protect_rtp(packet.data(), size);
  const auto to = loopback(port_);
  ::sendto(fd_.get(), packet.data(), size, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);  // NOLINT
}

void Phone::take() {
  std::uint8_t bytes[2048];
  while (true) {
    const ssize_t size = ::recv(fd_.get(), bytes, sizeof bytes, 0);
    if (size <= 0) return;
    take_packet(bytes, static_cast<std::size_t>(size));
  }
}

void Phone::take_packet(std::uint8_t* bytes, std::size_t size) {
  const std::lock_guard lock(mutex_);
  if (kind_of_datagram({bytes, size}) == DatagramKind::rtcp) {
    ++reports_;
    return;
  }
  if (transport_) size = transport_->unprotect_rtp(bytes, size);
  const auto packet = parse_rtp({bytes, size});
  if (!packet) return;
  ++packets_;
  const Bytes payload(bytes + packet->payload_begin, packet->payload_size);
  if (packet->payload_type == event_type) {
    const auto event = parse_telephone_event(payload);
    if (event && event_time_ != packet->timestamp) {
      event_time_ = packet->timestamp;
      digits_ += digit_of_event(event->event).value_or('?');
    }
    return;
  }
  if (packet->payload_type != codec_.payload_type) return;
  payloads_.emplace_back(payload.begin(), payload.end());
  if (payloads_.size() > 500) payloads_.erase(payloads_.begin(), payloads_.begin() + 250);
  std::int16_t samples[most_frame_samples];
  const std::size_t count = decoder_->decode(payload, samples);
  heard_.insert(heard_.end(), samples, samples + count);
  if (heard_.size() > 160'000) heard_.erase(heard_.begin(), heard_.begin() + 80'000);
}

std::vector<std::int16_t> Phone::newest(std::size_t samples) {
  const std::lock_guard lock(mutex_);
  if (heard_.size() < samples) return {};
  return {heard_.end() - static_cast<std::ptrdiff_t>(samples), heard_.end()};
}

bool Phone::hears(double hertz) {
  const int rate = sample_rate(format_);
  return comes_about([&] { return share_of(newest(static_cast<std::size_t>(rate / 5)), hertz, rate) > 0.9; });
}

bool Phone::hears_silence() {
  const int rate = sample_rate(format_);
  return comes_about([&] {
    const auto samples = newest(static_cast<std::size_t>(rate / 5));
    return !samples.empty() && level_of(samples) < 30;
  });
}

std::string Phone::digits() {
  const std::lock_guard lock(mutex_);
  return digits_;
}

bool Phone::has_heard_digits(const std::string& wanted) {
  return comes_about([&] { return digits() == wanted; });
}

bool Phone::has_got_payload(const std::vector<std::uint8_t>& payload) {
  return comes_about([&] {
    const std::lock_guard lock(mutex_);
    return std::find(payloads_.begin(), payloads_.end(), payload) != payloads_.end();
  });
}

}  // namespace otklik::media::testing
