#pragma once
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"
#include "operation.hpp"

namespace otklik::app {

/// How a change made from the shell reaches a running server: a socket in the data folder, which only its owner can
/// enter. One operation a connection: a line of JSON in, a line of JSON out.
class ControlServer {
 public:
  using Perform = std::function<Result<std::string>(const Operation&)>;

  /// `perform` is called on threads of this server, several at once, at most `most_clients`.
  ControlServer(std::string socket_path, Perform perform, std::size_t most_clients = 16);
  ~ControlServer();

  Result<> start();
  /// Lets running operations end; then joins and removes the socket. Idempotent.
  void stop();

 private:
  struct Client {
    std::thread thread;
    std::atomic<bool> done{false};
  };

  void accept_clients();
  void serve_client(UniqueFd client);
  void join_finished(bool all);

  const std::string path_;
  const Perform perform_;
  const std::size_t most_clients_;
  UniqueFd listener_;
  UniqueFd wake_;
  std::thread thread_;
  std::vector<std::unique_ptr<Client>> clients_;  // of the accepting thread alone, until it has been joined
};

/// Sends one operation to the server that works on this folder, and gives what it answered; nothing when none does.
std::optional<Result<std::string>> ask_running_server(const std::string& socket_path, const Operation& operation);

}  // namespace otklik::app
