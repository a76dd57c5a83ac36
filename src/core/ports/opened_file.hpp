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
  /// What the address by which it was asked for may mean tomorrow: for caches on the way.
  enum class Address : std::uint8_t {
    unsaid,
    changing,  ///< another content, perhaps
    lasting,   ///< never another content
  };
  Address address = Address::unsaid;
};

}  // namespace otklik::core
