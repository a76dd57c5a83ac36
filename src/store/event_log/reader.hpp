#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "store/event_log/record.hpp"

namespace otklik::store {

/// Events that were asked for and are not there.
struct Gap {
  enum class Why : std::uint8_t {
    deleted,  ///< older than what is kept
    damaged,  ///< their place in the file cannot be read
  };
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  Why why = Why::deleted;
};
std::string_view name(Gap::Why why) noexcept;

/// There is nothing more now.
struct NothingYet {};

/// A cursor: reads a log from some event on, in order, while it is being written, from this process or another.
/// Needs nothing but the files, and never disturbs who writes them. One thread at a time.
class EventReader {
 public:
  /// `from`: the first event wanted; 0: the oldest that is kept. `folder` is DATA/events.
  EventReader(std::string folder, std::uint64_t from);

  using Next = std::variant<RecordView, Gap, NothingYet>;
  /// What comes next. The texts of a record live until the next call. After NothingYet, ask again when the log has
  /// grown (FileEventLog::when_past, or after a little while from another process). Error: `failed`, the files cannot
  /// be read; a later call tries again.
  Result<Next> next();

  /// The number of the event that the next call is about: the cursor to be kept. 0 until the first is found.
  [[nodiscard]] std::uint64_t position() const noexcept { return next_; }

 private:
  enum class Step : std::uint8_t { again, nothing };

  Result<Step> open_first();
  Result<Step> at_the_end(Decoded::Kind kind);
  Result<bool> find_next();
  void forget_window();
  Result<bool> fill(std::size_t most);
  Result<bool> open(std::uint64_t first);

  std::string folder_;
  std::uint64_t next_;
  UniqueFd fd_;
  std::uint64_t segment_ = 0;         // its first event
  bool newer_exists_ = false;         // so this segment grows no more
  Gap::Why why_ = Gap::Why::deleted;  // of the next gap
  std::uint64_t offset_ = 0;          // in the file, of the window's first byte
  std::string window_;
  std::size_t at_ = 0;  // in the window
};

}  // namespace otklik::store
