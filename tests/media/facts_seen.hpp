#pragma once
#include <mutex>
#include <optional>
#include <vector>

#include "media/engine.hpp"
#include "media/phone.hpp"

namespace otklik::media::testing {

/// All that an engine has told, in its order.
class FactsSeen {
 public:
  Engine::Listener listener() {
    return [this](Fact&& fact) {
      const std::lock_guard lock(mutex_);
      facts_.push_back(std::move(fact));
    };
  }

  template <class Kind>
  std::vector<Kind> all() {
    const std::lock_guard lock(mutex_);
    std::vector<Kind> found;
    for (const auto& fact : facts_) {
      if (const auto* one = std::get_if<Kind>(&fact)) found.push_back(*one);
    }
    return found;
  }

  /// The first of this kind for which `fits` holds, waited for.
  template <class Kind, class Fits>
  std::optional<Kind> awaited(Fits fits) {
    std::optional<Kind> found;
    comes_about([&] {
      for (auto& one : all<Kind>()) {
        if (!fits(one)) continue;
        found = one;
        return true;
      }
      return false;
    });
    return found;
  }

  std::string digits_of(LegId leg) {
    std::string digits;
    for (const auto& came : all<DigitCame>()) {
      if (came.leg == leg) digits += came.digit;
    }
    return digits;
  }

 private:
  std::mutex mutex_;
  std::vector<Fact> facts_;
};

}  // namespace otklik::media::testing
