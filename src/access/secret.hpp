#pragma once
#include <string>
#include <string_view>
#include <utility>

namespace otklik::access {

/// A text that opens something: wiped when it goes, never copied, never printed.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) noexcept : text_(std::move(text)) {}
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  void wipe() noexcept;
  std::string text_;
};

/// Overwrites the bytes in a way that no optimizer removes.
void wipe(std::string& text) noexcept;

}  // namespace otklik::access
