#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sip/values.hpp"

namespace otklik::sip {

/// A way to a peer, as it stands in Route and Via: signed, so that nobody can write one himself (RFC 5626 5.2).
struct Flow {
  Peer peer;
  std::uint64_t connection = 0;  ///< 0: UDP, or a connection that is to be made when it is needed

  bool operator==(const Flow&) const = default;
};

/// Makes and reads tokens, with a key of this start of the program. Any thread.
class FlowTokens {
 public:
  FlowTokens();

  [[nodiscard]] std::string make(const Flow& flow) const;  ///< URL-safe base64, no dot
  [[nodiscard]] std::optional<Flow> read(std::string_view token) const;

 private:
  [[nodiscard]] std::string signature(std::string_view bytes) const;
  std::array<std::uint8_t, 32> key_{};
};

}  // namespace otklik::sip
