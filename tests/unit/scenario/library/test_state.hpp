#pragma once
#include <lua.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/budget.hpp"

namespace otklik::scenario {

/// A Lua state with an account of its own and the nine modules as globals; the stock string, table and utf8 libraries
/// are beside them as `stock.string`, … It stands in for the host.
class TestState {
 public:
  explicit TestState(Limits limits = {});
  ~TestState();
  TestState(const TestState&) = delete;
  TestState& operator=(const TestState&) = delete;

  struct Outcome {
    std::vector<std::string> values;  ///< as tostring() shows them; strings as they are
    std::string error;                ///< empty when there was none
    std::optional<core::ScriptEnd::Kind> spent;
  };
  /// Runs a chunk; `arguments` are its `...`.
  Outcome run(std::string_view chunk, const std::vector<std::string>& arguments = {});
  /// The values of `chunk` joined by `|`, or `error: …`, or `spent`.
  std::string text(std::string_view chunk, const std::vector<std::string>& arguments = {});

  [[nodiscard]] lua_State* lua() const noexcept { return lua_; }
  Budget& budget() noexcept { return budget_; }

 private:
  static void* allocate(void* user, void* memory, std::size_t old_size, std::size_t size);

  Budget budget_;
  lua_State* lua_ = nullptr;
};

}  // namespace otklik::scenario
