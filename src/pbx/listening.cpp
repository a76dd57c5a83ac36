#include "pbx/listening.hpp"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "base/log.hpp"
#include "base/unique_fd.hpp"

namespace otklik::pbx {

std::string text_of(const sip::Listener& listener) {
  return fmt::format("sip:{};transport={}", listener.endpoint.text(), sip::name_of(listener.transport));
}

Result<> try_bind(const sip::Listener& listener) {
  const bool udp = listener.transport == sip::Transport::udp;
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  hints.ai_socktype = udp ? SOCK_DGRAM : SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(listener.endpoint.port);
  const char* host = listener.endpoint.host.empty() ? nullptr : listener.endpoint.host.c_str();
  if (const int error = ::getaddrinfo(host, port.c_str(), &hints, &found); error != 0) {
    return fail(ErrorCode::failed, fmt::format("{}: {}", text_of(listener), ::gai_strerror(error)));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, ::freeaddrinfo);
  const UniqueFd fd(::socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, found->ai_protocol));
  const int on = 1;
  if (!udp && fd) ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!fd || ::bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0) {
    char text[128] = {};
    return fail(ErrorCode::failed,
                fmt::format("{} cannot be bound: {}", text_of(listener), ::strerror_r(errno, text, sizeof text)));
  }
  // A TCP port whose listener took SO_REUSEADDR too is bound twice, and only one of them may listen.
  if (!udp && ::listen(fd.get(), 1) != 0) return fail(ErrorCode::failed, text_of(listener) + " is taken");
  return {};
}

std::vector<sip::Listener> bindable(std::vector<sip::Listener> wanted, bool any_free_port,
                                    const std::function<Result<>(const sip::Listener&)>& tried) {
  std::vector<sip::Listener> kept;
  for (auto& listener : wanted) {
    const auto bound = tried(listener);
    if (bound) {
      kept.push_back(std::move(listener));
    } else if (any_free_port && listener.endpoint.port != 0) {
      log::warn("{}; taking a free port instead", bound.error().message);
      listener.endpoint.port = 0;
      kept.push_back(std::move(listener));
    } else {
      log::error("{}", bound.error().message);
    }
  }
  return kept;
}

}  // namespace otklik::pbx
