#include "control_socket.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "base/file.hpp"
#include "base/log.hpp"

namespace otklik::app {
namespace {

constexpr std::size_t longest_operation = most_carried_bytes / 3 * 4 + 1024UL * 1024;
constexpr std::size_t longest_answer = 256UL * 1024 * 1024;

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return fail(ErrorCode::failed, "the path of the data folder is too long for a socket in it: " + path);
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

/// A line without its end; an Error when the peer closes, is silent for `patience_ms`, or sends more than `most` bytes.
Result<std::string> read_line(int fd, std::size_t most, int patience_ms) {
  std::string line;
  char piece[16 * 1024];
  for (;;) {
    pollfd wait{fd, POLLIN, 0};
    const int ready = ::poll(&wait, 1, patience_ms);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return fail(ErrorCode::timeout, "no answer came");
    const ssize_t n = ::recv(fd, piece, sizeof piece, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return fail(ErrorCode::unavailable, "the connection ended");
    line.append(piece, static_cast<std::size_t>(n));
    if (line.back() == '\n') {
      line.pop_back();
      return line;
    }
    if (line.size() > most) return fail(ErrorCode::too_large);
  }
}

Result<> send_line(int fd, std::string line) {
  line += '\n';
  std::string_view left = line;
  while (!left.empty()) {
    const ssize_t n = ::send(fd, left.data(), left.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::unexpected(last_system_error("send"));
    left.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace

ControlServer::ControlServer(std::string socket_path, Perform perform, std::size_t most_clients)
    : path_(std::move(socket_path)), perform_(std::move(perform)), most_clients_(most_clients) {}

ControlServer::~ControlServer() { stop(); }

Result<> ControlServer::start() {
  const auto address = address_of(path_);
  if (!address) return std::unexpected(address.error());
  ::unlink(path_.c_str());  // what a killed server left; the folder's lock says that no other one lives
  UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const mode_t before = ::umask(0177);
  const bool bound =
      listener && ::bind(listener.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) == 0;
  ::umask(before);
  if (!bound || ::listen(listener.get(), 16) != 0) {
    return std::unexpected(last_system_error("listen on " + path_));
  }
  wake_.reset(::eventfd(0, EFD_CLOEXEC));
  listener_ = std::move(listener);
  thread_ = std::thread([this] { accept_clients(); });
  return {};
}

void ControlServer::stop() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake_.get(), &one, sizeof one));
  thread_.join();
  join_finished(true);
  listener_.reset();
  ::unlink(path_.c_str());
}

void ControlServer::accept_clients() {
  for (;;) {
    pollfd waits[] = {{listener_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    if (::poll(waits, 2, -1) < 0 && errno != EINTR) return;
    if (waits[1].revents != 0) return;
    if (waits[0].revents == 0) continue;
    UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!client) continue;
    join_finished(false);
    if (clients_.size() >= most_clients_) {
      static_cast<void>(send_line(client.get(), to_json(Result<std::string>(fail(ErrorCode::too_many)))));
      continue;
    }
    auto& entry = *clients_.emplace_back(std::make_unique<Client>());
    entry.thread = std::thread([this, &entry, fd = std::move(client)]() mutable {
      serve_client(std::move(fd));
      entry.done = true;
    });
  }
}

void ControlServer::join_finished(bool all) {
  std::erase_if(clients_, [all](const auto& client) {
    if (!all && !client->done) return false;
    client->thread.join();
    return true;
  });
}

void ControlServer::serve_client(UniqueFd client) {
  const auto line = read_line(client.get(), longest_operation, 10'000);
  if (!line) return;
  const auto operation = operation_from_json(*line);
  const auto answer = operation ? perform_(*operation) : Result<std::string>(std::unexpected(operation.error()));
  if (auto sent = send_line(client.get(), to_json(answer)); !sent) {
    log::warn("the shell went away before its answer to {} could be sent", operation ? operation->name : "nothing");
  }
}

std::optional<Result<std::string>> ask_running_server(const std::string& socket_path, const Operation& operation) {
  const auto address = address_of(socket_path);
  if (!address) return std::unexpected(address.error());
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return std::nullopt;
  }
  if (auto sent = send_line(fd.get(), to_json(operation)); !sent) return std::unexpected(sent.error());
  const auto line = read_line(fd.get(), longest_answer, -1);
  if (!line) return fail(ErrorCode::failed, "the server ended before it answered");
  return answer_from_json(*line);
}

}  // namespace otklik::app
