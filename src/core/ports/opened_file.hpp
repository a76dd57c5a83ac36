#pragma once
#include <cstdint>
#include <string>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"

namespace otklik::core {

/// A file opened for sending or reading.
struct OpenedFile {
  UniqueFd fd;
  std::string name;  ///< the last component, for Content-Disposition
  std::uint64_t size = 0;
  Time changed{};
  bool uploaded = false;  ///< lies where users' uploads lie: active types are sent sandboxed
  bool growing = false;   ///< is still being written: what comes next may differ from what was
};

}  // namespace otklik::core
