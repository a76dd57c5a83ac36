#pragma once
#include <fcntl.h>
#include <sys/resource.h>

#include <stdexcept>

#include "base/unique_fd.hpp"

namespace otklik::test {

/// While it lives, the program may open `more` descriptors and no further one: EMFILE, also for root. For tests of one
/// thread.
class FewDescriptors {
 public:
  explicit FewDescriptors(unsigned more) {
    if (::getrlimit(RLIMIT_NOFILE, &before_) != 0) throw std::runtime_error("no limit of descriptors");
    // The limit is on the number, and the lowest free one is given out next.
    const UniqueFd lowest(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const rlimit few{static_cast<rlim_t>(lowest.get()) + more, before_.rlim_max};
    if (!lowest || ::setrlimit(RLIMIT_NOFILE, &few) != 0) throw std::runtime_error("no limit of descriptors");
  }
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;

 private:
  rlimit before_{};
};

}  // namespace otklik::test
