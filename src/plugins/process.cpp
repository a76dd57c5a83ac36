#include "plugins/process.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "plugins/one_line.hpp"

namespace otklik::plugins {
namespace {

constexpr std::size_t read_together = 64 * 1024;

}  // namespace

Process::Process(std::weak_ptr<Plugin> plugin, std::shared_ptr<const Manifest> manifest, Terms terms, Launched launched,
                 std::optional<Cgroup> cgroup, const Live<Options>& options, Clock::time_point now)
    : plugin_(std::move(plugin)),
      terms_(std::move(terms)),
      launched_(std::move(launched)),
      cgroup_(std::move(cgroup)),
      options_(options),
      session_(std::move(manifest)),
      lines_(terms_.message_size),
      began_(now) {}

int Process::fd(Stream stream) const noexcept {
  switch (stream) {
    case Stream::end:
      return launched_.pidfd.get();
    case Stream::input:
      return launched_.input.get();
    case Stream::output:
      return launched_.output.get();
    case Stream::errors:
      return launched_.errors.get();
  }
  return -1;
}

void Process::close(Stream stream) noexcept {
  switch (stream) {
    case Stream::end:
      return launched_.pidfd.reset();
    case Stream::input:
      return launched_.input.reset();
    case Stream::output:
      return launched_.output.reset();
    case Stream::errors:
      return launched_.errors.reset();
  }
}

void Process::flush() {
  auto& output = session_.output();
  while (written_ < output.size() && launched_.input.get() >= 0) {
    const auto count = ::write(launched_.input.get(), output.data() + written_, output.size() - written_);
    if (count >= 0) {
      written_ += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      if (written_ >= output.size() / 2) {
        output.erase(0, written_);
        written_ = 0;
      }
      return;
    } else if (errno != EINTR) {
      break;  // it reads no more: its end will come, or its time-out
    }
  }
  output.clear();
  written_ = 0;
  if (session_.is_stopping()) launched_.input.reset();
}

Process::Read Process::read_once(int fd, std::span<char> into, std::size_t& count) {
  for (;;) {
    const auto got = ::read(fd, into.data(), into.size());
    if (got > 0) {
      count = static_cast<std::size_t>(got);
      return Read::some;
    }
    if (got == 0) return Read::over;
    if (errno == EAGAIN) return Read::nothing;
    if (errno != EINTR) return Read::over;
  }
}

Process::Read Process::read_output(Clock::time_point now) {
  std::size_t count = 0;
  const auto read = read_once(launched_.output.get(), lines_.room(read_together), count);
  if (read != Read::some) return read;
  lines_.filled(count);
  while (const auto line = lines_.next()) {
    const auto unasked_before = session_.unasked();
    const bool is_good = session_.take_line(*line, now);
    if (session_.unasked() != unasked_before) of_unasked_.add(line->size(), now);
    if (!is_good) {
      kill(fmt::format("it broke the protocol: {}", session_.breach()));
      return Read::over;
    }
  }
  if (lines_.is_too_long()) {
    kill(fmt::format("it broke the protocol: a line of more than {} bytes", terms_.message_size));
    return Read::over;
  }
  return Read::some;
}

Process::Read Process::read_errors(Clock::time_point now, std::vector<std::string>& lines) {
  char bytes[16 * 1024];
  std::size_t count = 0;
  const auto read = read_once(launched_.errors.get(), bytes, count);
  if (read == Read::over && !error_line_.empty()) {
    if (log.take(options_->log_lines, now)) lines.push_back(one_line(error_line_, options_->log_line));
    error_line_.clear();
  }
  if (read != Read::some) return read;
  of_errors_.add(count, now);
  std::vector<std::string> whole;
  add_error_bytes({bytes, count}, whole);
  for (auto& line : whole) {
    if (log.take(options_->log_lines, now)) lines.push_back(std::move(line));
  }
  return Read::some;
}

bool Process::wants_output(Clock::time_point now) noexcept {
  return !of_unasked_.is_used_up(options_->chatter, now) && session_.output().size() < 4 * terms_.message_size;
}

bool Process::wants_errors(Clock::time_point now) noexcept { return !of_errors_.is_used_up(options_->chatter, now); }

void Process::add_error_bytes(std::string_view bytes, std::vector<std::string>& lines) {
  const auto most = options_->log_line;
  while (!bytes.empty()) {
    const auto feed = bytes.find('\n');
    // One byte more than is shown tells that it was cut.
    error_line_ += bytes.substr(0, std::min(feed, most + 1 - std::min(error_line_.size(), most + 1)));
    if (feed == std::string_view::npos) return;
    bytes.remove_prefix(feed + 1);
    if (!error_line_.empty()) lines.push_back(one_line(error_line_, most));
    error_line_.clear();
  }
}

void Process::ask_to_stop(std::chrono::milliseconds grace, Clock::time_point now) {
  if (session_.is_stopping()) return;
  expect_end(now + grace, "it did not stop in time");
  session_.stop(grace);
  flush();
}

void Process::expect_end(Clock::time_point at, std::string reason) {
  if (at >= kill_at_) return;
  kill_at_ = at;
  overdue_reason_ = std::move(reason);
}

void Process::kill(std::string reason) {
  if (kill_reason_.empty()) kill_reason_ = std::move(reason);
  if (launched_.pidfd.get() < 0) return;
  if (cgroup_) cgroup_->kill();
  static_cast<void>(::syscall(SYS_pidfd_send_signal, launched_.pidfd.get(), SIGKILL, nullptr, 0));
}

std::string Process::reap() {
  // Whoever is left in its group, where no namespace has ended it: the number is still the dead leader's until it is
  // waited for.
  static_cast<void>(::kill(-launched_.pid, SIGKILL));
  return plugins::reap(launched_.pidfd);
}

}  // namespace otklik::plugins
