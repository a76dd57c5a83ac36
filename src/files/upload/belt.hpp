#pragma once
#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/work_pool.hpp"
#include "core/ports/upload_store.hpp"
#include "files/upload/buffer_pool.hpp"
#include "files/upload/receiver.hpp"

namespace otklik::files {

/// A piece of an upload on its way to the disk: bytes, perhaps of several files, and what is to be done with them.
struct Batch {
  struct Step {
    enum class Kind : std::uint8_t { begin, write, give_up, end } kind = Kind::begin;
    std::size_t from = 0, to = 0;  // write: of the buffer
    std::string name;              // begin
    std::optional<Error> why;      // give_up
  };
  using Done = std::move_only_function<void(std::vector<core::UploadedFile>)>;

  std::unique_ptr<Buffer> buffer;  // null: no bytes
  std::vector<Step> steps;
  std::optional<core::UploadPlace> place;  // present: the last one
  Done done;
};

/// Carries the batches of one upload, in order, from the connection's loop to a thread of the disk pool. Short: at more
/// than two batches in it the client is held back. Lives until the disk is through with it, whoever lets go of it
/// first.
class Belt : public std::enable_shared_from_this<Belt> {
 public:
  using Hold = std::move_only_function<void(bool)>;

  /// `at_the_end` runs when nothing of the upload is left.
  Belt(WorkPool& pool, BufferPool& buffers, std::unique_ptr<Receiver> receiver, Hold hold,
       std::move_only_function<void()> at_the_end);
  ~Belt();
  Belt(const Belt&) = delete;
  Belt& operator=(const Belt&) = delete;

  void put(Batch batch);
  /// Nothing more comes, and what has come is not wanted.
  void abandon();

  [[nodiscard]] bool is_lost() const noexcept { return lost_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::unique_ptr<Buffer> take_buffer() { return buffers_.take(); }

 private:
  static constexpr std::size_t most_waiting = 2;

  void schedule();
  void run();
  void carry_out(Batch batch);

  WorkPool& pool_;
  BufferPool& buffers_;
  std::move_only_function<void()> at_the_end_;
  std::unique_ptr<Receiver> receiver_;  // of whoever runs
  Hold hold_;
  std::atomic<bool> lost_{false};
  std::mutex mutex_;  // of all below
  std::deque<Batch> waiting_;
  bool scheduled_ = false;
  bool held_ = false;
  bool abandoned_ = false;
};

/// The loop's end of a belt: gathers bytes into buffers.
class Loading final : public core::Upload {
 public:
  explicit Loading(std::shared_ptr<Belt> belt) : belt_(std::move(belt)) {}
  ~Loading() override;
  Loading(const Loading&) = delete;
  Loading& operator=(const Loading&) = delete;

  void begin_file(std::string name) override;
  void write(std::string_view bytes) override;
  void end_file() override;
  void give_up_file(Error why) override;
  [[nodiscard]] bool is_lost() const noexcept override { return belt_ && belt_->is_lost(); }
  void finish(core::UploadPlace place, Batch::Done done) override;

 private:
  static constexpr std::size_t most_steps = 1024;  // of a batch: a body of empty files has no bytes to fill it

  void add(Batch::Step step);
  void send();

  std::shared_ptr<Belt> belt_;
  Batch batch_;
};

}  // namespace otklik::files
