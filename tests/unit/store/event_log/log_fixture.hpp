#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "store/event_log/event_json.hpp"
#include "store/event_log/event_log.hpp"
#include "store/event_log/segments.hpp"
#include "unit/store/event_log/faulty_disk.hpp"
#include "unit/store/event_log/temporary_folder.hpp"

namespace otklik::store {

class HandClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return Time(std::chrono::microseconds(at_.load())); }
  void forward(std::chrono::microseconds by) { at_ += by.count(); }

 private:
  std::atomic<std::int64_t> at_ = 1'795'000'000'000'000;
};

/// A log in a folder of its own, on a disk that may fail, by a clock that the test turns.
class LogTest : public testing::Test {
 protected:
  LogTest() { options_.folder = folder_.path() + "/events"; }

  void open() {
    auto opened = FileEventLog::open(options_, clock_, disk_);
    ASSERT_TRUE(opened) << opened.error().message;
    log_ = std::move(*opened);
  }
  void close() { log_.reset(); }

  /// An event whose payload is about `size` bytes.
  static core::EventBody event(const std::string& key, std::size_t size = 0) {
    return core::DirectoryChanged{.what = "test", .key = key, .by = std::string(size, 'x')};
  }

  std::future<Result<std::uint64_t>> append(core::EventBody body,
                                            core::Durability durability = core::Durability::written) {
    auto promise = std::make_shared<std::promise<Result<std::uint64_t>>>();
    auto future = promise->get_future();
    core::LogEntry entry{.event = {.at = clock_.now(), .body = std::move(body)},
                         .durability = durability,
                         .done = [promise](Result<std::uint64_t> result) { promise->set_value(std::move(result)); }};
    log_->append({&entry, 1});
    return future;
  }
  void append_unasked(core::EventBody body) {
    core::LogEntry entry{.event = {.at = clock_.now(), .body = std::move(body)}};
    log_->append({&entry, 1});
  }

  /// What a reader finds: keys of events (`#number type` of other kinds), gaps as `from-to why`.
  std::vector<std::string> read(std::uint64_t from = 0) { return read(EventReader(options_.folder, from)); }
  static std::vector<std::string> read(EventReader&& reader) { return read(reader); }
  static std::vector<std::string> read(EventReader& reader) {
    std::vector<std::string> out;
    for (;;) {
      const auto next = reader.next();
      if (!next) {
        out.push_back("error " + next.error().message);
        return out;
      }
      if (const auto* gap = std::get_if<Gap>(&*next)) {
        out.push_back(std::to_string(gap->from) + "-" + std::to_string(gap->to) + " " + std::string(name(gap->why)));
      } else if (const auto* record = std::get_if<RecordView>(&*next)) {
        const auto body = event_from_json(record->type, record->payload);
        const auto* changed = body ? std::get_if<core::DirectoryChanged>(&*body) : nullptr;
        out.push_back(changed != nullptr ? changed->key
                                         : "#" + std::to_string(record->sequence) + " " + std::string(record->type));
      } else {
        return out;
      }
    }
  }

  [[nodiscard]] std::string events_file(const std::string& name) const { return "events/" + name; }
  [[nodiscard]] std::string segment(std::uint64_t first) const { return events_file(segment_name(first)); }

  TemporaryFolder folder_;
  HandClock clock_;
  FaultyDisk disk_;
  EventLogOptions options_;
  std::unique_ptr<FileEventLog> log_;
};

}  // namespace otklik::store
