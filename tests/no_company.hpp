#pragma once
#include "core/ports/company.hpp"

namespace otklik::test {

/// Nobody and nothing there, until a test puts it in.
struct FakeCompany final : core::CompanyView {
  std::shared_ptr<const core::Directory> people = std::make_shared<const core::Directory>();
  std::shared_ptr<const core::Plan> numbers = std::make_shared<const core::Plan>();
  std::shared_ptr<const core::Overview> now = std::make_shared<const core::Overview>();

  [[nodiscard]] std::shared_ptr<const core::Directory> directory() const override { return people; }
  [[nodiscard]] std::shared_ptr<const core::Plan> plan() const override { return numbers; }
  [[nodiscard]] std::shared_ptr<const core::Overview> overview() const override { return now; }
};

/// Keeps what was asked, and answers at once.
struct FakeStateDesk final : core::UserStateDesk {
  std::vector<Asked> asked;
  core::StateOutcome outcome;
  std::optional<Error> refusal;

  void request(Asked what, Done done) override {
    asked.push_back(std::move(what));
    if (refusal) return done(std::unexpected(*refusal));
    done(outcome);
  }
};

}  // namespace otklik::test
