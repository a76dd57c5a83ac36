#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/uuid.hpp"
#include "core/ports/licensing.hpp"
#include "sip/facts.hpp"

namespace otklik::pbx {

/// Which phones of which lines are registered. A line is connected as long as one is.
class Lines {
 public:
  explicit Lines(core::Licensing& licensing) : licensing_(licensing) {}

  /// What a registration means to the line.
  enum class Came : std::uint8_t {
    first,    ///< the line is connected from now on
    another,  ///< it was before
    refused,  ///< the licence has no seat for it: the phone is to be dropped
  };
  Came registered(const sip::Registered& phone);
  /// Whether it was the last one.
  bool unregistered(const sip::Unregistered& phone);

  /// Where the phone that came last was heard from; null: there is none.
  [[nodiscard]] const sip::Peer* peer_of(const Uuid& line) const;
  [[nodiscard]] std::size_t connected() const noexcept { return lines_.size(); }

  /// `unregistered`, `expired`, `lost`, `refused`: of the event LineDisconnected.
  static std::string_view reason(sip::Unregistered::Why why) noexcept;

 private:
  struct Line {
    std::unordered_map<std::string, sip::Peer> phones;  ///< by contact
    std::string newest;
    core::HeldSeat seat;
  };

  core::Licensing& licensing_;
  std::unordered_map<Uuid, Line> lines_;
};

}  // namespace otklik::pbx
