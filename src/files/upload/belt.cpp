#include "files/upload/belt.hpp"

#include <algorithm>
#include <utility>

namespace otklik::files {

Belt::Belt(WorkPool& pool, BufferPool& buffers, std::unique_ptr<Receiver> receiver, Hold hold,
           std::move_only_function<void()> at_the_end)
    : pool_(pool),
      buffers_(buffers),
      at_the_end_(std::move(at_the_end)),
      receiver_(std::move(receiver)),
      hold_(std::move(hold)) {}

Belt::~Belt() {
  receiver_.reset();
  at_the_end_();
}

void Belt::put(Batch batch) {
  bool full = false;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(batch));
    full = waiting_.size() >= most_waiting;
    held_ = held_ || full;
    if (!std::exchange(scheduled_, true)) schedule();
  }
  // Each time anew: a word to go on that is still under way must not have the last say.
  if (full && hold_) hold_(true);
}

void Belt::abandon() {
  std::deque<Batch> dropped;
  const std::lock_guard lock(mutex_);
  abandoned_ = true;
  dropped.swap(waiting_);
  // Giving up a large file takes the disk a moment: not on the loop.
  if (!std::exchange(scheduled_, true)) schedule();
}

void Belt::schedule() {
  // Refused only while the server stops: then the work, the belt and the answer it owes go down with the upload.
  static_cast<void>(pool_.try_post([self = shared_from_this()] { self->run(); }));
}

void Belt::run() {
  Batch batch;
  bool go_on = false;
  {
    const std::lock_guard lock(mutex_);
    if (abandoned_ || waiting_.empty()) {
      scheduled_ = false;
      if (!abandoned_) return;
    } else {
      batch = std::move(waiting_.front());
      waiting_.pop_front();
      go_on = held_ && waiting_.size() < most_waiting;
      if (go_on) held_ = false;
    }
  }
  if (batch.steps.empty() && !batch.place) {  // abandoned
    receiver_.reset();
    return;
  }
  if (go_on && hold_) hold_(false);
  carry_out(std::move(batch));
  // One batch at a time: other uploads want the thread too.
  const std::lock_guard lock(mutex_);
  if (waiting_.empty() && !abandoned_) {
    scheduled_ = false;
  } else {
    schedule();
  }
}

void Belt::carry_out(Batch batch) {
  using Kind = Batch::Step::Kind;
  for (auto& step : batch.steps) {
    switch (step.kind) {
      case Kind::begin:
        receiver_->begin_file(step.name);
        break;
      case Kind::write:
        receiver_->write(batch.buffer->view(step.from, step.to));
        break;
      case Kind::give_up:
        receiver_->give_up_file(std::move(*step.why));
        break;
      case Kind::end:
        receiver_->end_file();
        break;
    }
  }
  if (batch.buffer) buffers_.give_back(std::move(batch.buffer));
  lost_.store(receiver_->is_lost(), std::memory_order_relaxed);
  if (!batch.place) return;
  auto files = receiver_->publish(*batch.place);
  batch.done(std::move(files));
}

Loading::~Loading() {
  if (belt_) belt_->abandon();
}

void Loading::begin_file(std::string name) {
  if (batch_.buffer) batch_.buffer->align();
  add({.kind = Batch::Step::Kind::begin, .name = std::move(name), .why = {}});
}

void Loading::write(std::string_view bytes) {
  while (!bytes.empty()) {
    if (batch_.buffer && batch_.buffer->room() == 0) send();
    if (!batch_.buffer) batch_.buffer = belt_->take_buffer();
    const auto piece = bytes.substr(0, batch_.buffer->room());
    const std::size_t from = batch_.buffer->size();
    batch_.buffer->append(piece);
    bytes.remove_prefix(piece.size());
    if (!batch_.steps.empty() && batch_.steps.back().kind == Batch::Step::Kind::write &&
        batch_.steps.back().to == from) {
      batch_.steps.back().to = from + piece.size();
    } else {
      batch_.steps.push_back(
          {.kind = Batch::Step::Kind::write, .from = from, .to = from + piece.size(), .name = {}, .why = {}});
    }
    if (batch_.buffer->room() == 0 || batch_.steps.size() >= most_steps) send();
  }
}

void Loading::end_file() { add({.kind = Batch::Step::Kind::end, .name = {}, .why = {}}); }

void Loading::give_up_file(Error why) { add({.kind = Batch::Step::Kind::give_up, .name = {}, .why = std::move(why)}); }

void Loading::finish(core::UploadPlace place, Batch::Done done) {
  batch_.place = std::move(place);
  batch_.done = std::move(done);
  send();
  belt_.reset();
}

void Loading::add(Batch::Step step) {
  batch_.steps.push_back(std::move(step));
  if (batch_.steps.size() >= most_steps) send();
}

void Loading::send() { belt_->put(std::exchange(batch_, {})); }

}  // namespace otklik::files
