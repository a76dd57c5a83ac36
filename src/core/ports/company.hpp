#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "base/error.hpp"
#include "core/directory/directory.hpp"
#include "core/overview.hpp"
#include "core/plan/plan.hpp"

namespace otklik::core {

/// Who and what there is, and what it does now, for requests that only look. The three are taken one after another:
/// each is right, together they are nearly so. Any thread, never waits. None is ever null.
class CompanyView {
 public:
  virtual ~CompanyView() = default;
  [[nodiscard]] virtual std::shared_ptr<const Directory> directory() const = 0;
  [[nodiscard]] virtual std::shared_ptr<const Plan> plan() const = 0;
  [[nodiscard]] virtual std::shared_ptr<const Overview> overview() const = 0;
};

/// Where users' states and modes are asked for: by themselves, by supervisors, by programs.
class UserStateDesk {
 public:
  virtual ~UserStateDesk() = default;

  struct Asked {
    Uuid user;
    std::string login;  ///< his
    StateRequest wanted;
    std::string by;  ///< login of who asks, or `shell`
  };
  /// Told once what came of it, when the event of it is written; it may be before request() returns. Errors:
  /// `unavailable` (stopping). Any thread.
  using Done = std::move_only_function<void(Result<StateOutcome>)>;
  virtual void request(Asked asked, Done done) = 0;
};

}  // namespace otklik::core
