#pragma once
#include "core/ports/company.hpp"
#include "core/ports/journal.hpp"

namespace otklik::core {

/// Brings requests to the machine as facts.
class StateDesk final : public UserStateDesk {
 public:
  /// `journal` must outlive it.
  explicit StateDesk(Journal& journal) : journal_(journal) {}

  void request(Asked asked, Done done) override;

 private:
  Journal& journal_;
};

}  // namespace otklik::core
