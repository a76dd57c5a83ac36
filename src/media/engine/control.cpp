#include "media/engine/control.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <set>
#include <system_error>

#include "base/random.hpp"

namespace otklik::media {
namespace {

constexpr std::size_t outbox_room = 1UL << 16;
constexpr std::size_t most_deferred = 4096;
constexpr unsigned sound_threads = 2;
constexpr std::size_t sounds_queued = 1024;
constexpr unsigned most_threads = 16;

std::unexpected<Error> no_such_leg() { return fail(ErrorCode::not_found, "There is no such leg"); }
std::unexpected<Error> ending() { return fail(ErrorCode::unavailable, "The media engine is stopping"); }

std::uint32_t random_32() {
  std::array<std::uint8_t, 4> bytes{};
  random_bytes(bytes);
  return read_32(bytes.data());
}

}  // namespace

/// Takes a leg off its thread, and brings it back to the facts thread.
class Engine::Control::Release final : public Command {
 public:
  Release(Control& control, LegId id, Leg* leg, unsigned to) : control_(control), id_(id), leg_(leg), to_(to) {}
  void run(MediaThread& thread) override { moved_ = thread.release(*leg_); }
  void done() override { control_.arrived(id_, to_, std::move(moved_)); }

 private:
  Control& control_;
  LegId id_;
  Leg* leg_;
  unsigned to_;
  std::unique_ptr<Leg> moved_;
};

Engine::Control::Control(EngineOptions options, Listener listener)
    : options_(std::move(options)),
      listener_(std::move(listener)),
      outbox_(outbox_room),
      ports_(options_.first_port, options_.last_port),
      shelf_(options_.sound_memory, options_.longest_sound) {}

Result<> Engine::Control::start() {
  if (options_.first_port != 0 && options_.last_port <= options_.first_port) {
    return fail(ErrorCode::bad_request, "The range of media ports holds no pair");
  }
  if (options_.most_legs == 0 || options_.threads > most_threads)
    return fail(ErrorCode::bad_request, "A media engine has 1 to 16 threads, and legs");
  const unsigned count =
      options_.threads != 0 ? options_.threads : std::clamp(std::thread::hardware_concurrency(), 1U, most_threads);
  try {
    facts_ = std::thread([this] { run_facts(); });
    ::pthread_setname_np(facts_.native_handle(), "media-facts");
    recorder_ = std::make_unique<Recorder>([this](RecordingEnded&& ended) { tell(std::move(ended)); });
  } catch (const std::system_error&) {
    return fail(ErrorCode::failed, "The threads of the media engine could not be started");
  }
  sounds_ = std::make_unique<WorkPool>("media-sounds", sound_threads, sounds_queued);
  for (unsigned i = 0; i < count; ++i) {
    auto thread = MediaThread::start(i, outbox_, options_.most_legs);
    if (!thread) return std::unexpected(thread.error());
    threads_.push_back(std::move(*thread));
  }
  return {};
}

Engine::Control::~Control() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  if (sounds_) {  // what is still to be read is told as closed
    sounds_->close();
    while (!sounds_->is_over()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    sounds_->stop();
  }
  {
    std::unique_lock lock(mutex_);
    std::vector<LegId> all;
    for (auto& [id, place] : legs_) {
      if (!place.closing) all.push_back(id);
    }
    for (const auto id : all) {
      // A full queue empties itself: its thread is alive.
      while (true) {
        legs_.at(id).closing = true;
        auto done = dispatch({id}, [this, id] { return close_now(id); });
        if (done) break;
        lock.unlock();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        lock.lock();
      }
    }
  }
  // Legs that are moving come home by the facts thread first.
  while (!threads_.empty()) {
    {
      const std::lock_guard lock(mutex_);
      if (legs_.empty()) break;
      run_deferred();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  for (auto& thread : threads_) thread->stop();
  recorder_.reset();
  for (auto& thread : threads_) {
    for (auto& thing : thread->what_is_left()) {
      while (!outbox_.try_put(std::move(thing))) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  if (facts_.joinable()) {
    facts_ending_.store(true, std::memory_order_release);
    outbox_.wake();
    facts_.join();
  }
  threads_.clear();
}

// --- the facts thread

void Engine::Control::tell(Fact&& fact) {
  Outgoing thing = std::move(fact);
  while (!outbox_.try_put(std::move(thing))) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void Engine::Control::run_facts() {
  std::uint32_t seen = 0;
  while (true) {
    const bool last = facts_ending_.load(std::memory_order_acquire);
    take_outgoing();
    if (last) return;
    outbox_.wait(seen);
  }
}

void Engine::Control::take_outgoing() {
  Outgoing thing;
  while (outbox_.take(thing)) {
    if (auto* fact = std::get_if<Fact>(&thing)) {
      if (const auto* ended = std::get_if<RecordingEnded>(fact)) {
        const std::lock_guard lock(mutex_);
        stop_recording_now(ended->recording);
      }
      listener_(std::move(*fact));
    } else if (auto* command = std::get_if<std::unique_ptr<Command>>(&thing)) {
      (*command)->done();
    }
    thing = std::monostate{};
  }
  const std::lock_guard lock(mutex_);
  offer_homeless();
  if (!deferred_.empty()) run_deferred();
}

// --- which leg is where

Engine::Control::Place* Engine::Control::find(LegId leg) {
  const auto found = legs_.find(leg);
  return found == legs_.end() || found->second.closing ? nullptr : &found->second;
}

Result<> Engine::Control::post(unsigned thread, std::unique_ptr<Command> command) {
  if (threads_[thread]->try_post(std::move(command))) return {};
  return fail(ErrorCode::too_many, "The media engine has too many commands waiting");
}

Result<> Engine::Control::dispatch(std::vector<LegId> legs, Step step) {
  const auto is_held = [this](LegId leg) {
    const auto found = legs_.find(leg);
    if (found != legs_.end() && found->second.in_transit) return true;
    return std::any_of(deferred_.begin(), deferred_.end(), [leg](const Deferred& d) {
      return std::find(d.legs.begin(), d.legs.end(), leg) != d.legs.end();
    });
  };
  if (std::none_of(legs.begin(), legs.end(), is_held)) return step();
  if (deferred_.size() >= most_deferred)
    return fail(ErrorCode::too_many, "The media engine has too many commands waiting");
  deferred_.push_back({std::move(legs), std::move(step)});
  return {};
}

void Engine::Control::run_deferred() {
  std::deque<Deferred> waiting;
  waiting.swap(deferred_);
  std::set<LegId> blocked;
  for (auto& entry : waiting) {
    const bool held = std::any_of(entry.legs.begin(), entry.legs.end(), [&](LegId leg) {
      const auto found = legs_.find(leg);
      return blocked.contains(leg) || (found != legs_.end() && found->second.in_transit);
    });
    if (!held) {
      const std::size_t before = deferred_.size();
      const auto done = entry.step();
      const bool goes_on_later = deferred_.size() > before;  // it moves legs first
      if (goes_on_later) blocked.insert(entry.legs.begin(), entry.legs.end());
      if (done || done.error().code != ErrorCode::too_many) continue;
    }
    blocked.insert(entry.legs.begin(), entry.legs.end());
    deferred_.push_back(std::move(entry));
  }
}

void Engine::Control::arrived(LegId leg, unsigned thread, std::unique_ptr<Leg> what) {
  const std::lock_guard lock(mutex_);
  auto& place = legs_.at(leg);
  place.thread = thread;
  homeless_.emplace_back(thread, std::move(what));
  offer_homeless();
}

void Engine::Control::offer_homeless() {
  while (!homeless_.empty()) {
    auto& [thread, leg] = homeless_.back();
    const LegId id = leg->id();
    // The command is made anew at each try: what is not taken comes back out of it.
    auto box = std::make_shared<std::unique_ptr<Leg>>(std::move(leg));
    if (!post(thread, make_command([box](MediaThread& home) { home.adopt(std::move(*box)); }))) {
      leg = std::move(*box);
      return;
    }
    homeless_.pop_back();
    legs_.at(id).in_transit = false;
    run_deferred();
  }
}

// --- legs

Result<LegPlace> Engine::Control::create_leg(const LegOptions& options) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return ending();
    if (legs_.size() >= options_.most_legs) return fail(ErrorCode::too_many, "There are too many legs at once");
  }
  if (options.media_timeout.count() < 0 || options.jitter_least.count() < 0 ||
      options.jitter_most < options.jitter_least || options.jitter_most > std::chrono::milliseconds(500)) {
    return fail(ErrorCode::bad_request, "A leg's times cannot be");
  }
  auto sockets = ports_.open(options.local_address);
  if (!sockets) return std::unexpected(sockets.error());

  LegPlace made;
  made.rtp_port = sockets->rtp_port;
  made.rtcp_port = sockets->rtcp_port;
  made.ssrc = random_32();
  made.cname = random_text(96);
  Place place;
  place.family = sockets->family;
  place.inband_digits = options.inband_digits;
  place.counters = std::make_shared<LegCounters>();

  const std::lock_guard lock(mutex_);
  if (stopping_) return ending();
  made.leg = static_cast<LegId>(next_id_++);
  place.thread = static_cast<unsigned>(options.affinity % threads_.size());
  auto leg = std::make_unique<Leg>(made.leg, std::move(*sockets), options, made.ssrc, made.cname, place.counters);
  place.leg = leg.get();
  auto posted =
      post(place.thread,
           make_command([leg = std::move(leg)](MediaThread& thread) mutable { thread.adopt(std::move(leg)); }));
  if (!posted) return std::unexpected(posted.error());
  legs_.emplace(made.leg, std::move(place));
  return made;
}

Result<> Engine::Control::set_remote(LegId id, const Remote& remote) {
  int family = 0;
  bool inband = false;
  bool fresh = true;
  {
    const std::lock_guard lock(mutex_);
    const Place* place = find(id);
    if (place == nullptr) return no_such_leg();
    family = place->family;
    inband = place->inband_digits;
    fresh = place->srtp != remote.srtp;  // the same keys again: their counters go on
  }
  auto wire = make_wire(remote, family, inband);
  if (!wire) return std::unexpected(wire.error());
  std::unique_ptr<Transport> transport;
  if (fresh && remote.srtp) {
    auto made = make_sdes_transport(*remote.srtp);
    if (!made) return std::unexpected(made.error());
    transport = std::move(*made);
  }
  const std::lock_guard lock(mutex_);
  Place* place = find(id);
  if (place == nullptr) return no_such_leg();
  auto wire_box = std::make_shared<std::unique_ptr<Wire>>(std::move(*wire));
  auto transport_box = std::make_shared<std::unique_ptr<Transport>>(std::move(transport));
  auto done = dispatch({id}, [this, id, fresh, wire_box, transport_box] {
    return post_to(
        id, [fresh, wire_box, transport_box](MediaThread&, Leg& leg) { leg.use(*wire_box, fresh, *transport_box); });
  });
  if (done && fresh) place->srtp = remote.srtp;
  return done;
}

Result<> Engine::Control::close(LegId id) {
  const std::lock_guard lock(mutex_);
  Place* place = find(id);
  if (place == nullptr) return no_such_leg();
  place->closing = true;
  auto done = dispatch({id}, [this, id] { return close_now(id); });
  if (!done) place->closing = false;
  return done;
}

Result<> Engine::Control::close_now(LegId id) {
  auto box = std::make_shared<std::unique_ptr<Leg>>();
  auto done = post_to(id, [box](MediaThread& thread, Leg& leg) {
    leg.stop_playing(PlayEnd::closed);
    leg.end_taps();
    leg.look_after();
    leg.say_goodbye();
    thread.give(Fact(LegClosed{leg.id(), leg.counters()->figures()}));
    *box = thread.release(leg);
  });
  if (done) legs_.erase(id);
  return done;
}

// --- bridges

Result<> Engine::Control::bridge(const std::vector<Member>& members) {
  if (members.size() < 2 || members.size() > Bridge::most_members)
    return fail(ErrorCode::bad_request, "A bridge has 2 to 64 members");
  std::vector<LegId> legs;
  for (const auto& member : members) {
    if (std::find(legs.begin(), legs.end(), member.leg) != legs.end())
      return fail(ErrorCode::bad_request, "A leg is named twice in a bridge");
    legs.push_back(member.leg);
  }
  const std::lock_guard lock(mutex_);
  for (const auto leg : legs) {
    if (find(leg) == nullptr) return no_such_leg();
  }
  return dispatch(legs, [this, members] { return bridge_now(members); });
}

Result<> Engine::Control::bridge_now(const std::vector<Member>& asked) {
  std::vector<Member> members;
  std::vector<LegId> legs;
  for (const auto& member : asked) {  // some may have closed while this was waiting
    if (!legs_.contains(member.leg)) continue;
    members.push_back(member);
    legs.push_back(member.leg);
  }
  if (members.size() < 2) return {};
  const unsigned home = legs_.at(legs.front()).thread;
  bool moving = false;
  for (const auto leg : legs) {
    auto& place = legs_.at(leg);
    if (place.thread == home) continue;
    if (auto done = post(place.thread, std::make_unique<Release>(*this, leg, place.leg, home)); !done) return done;
    place.in_transit = moving = true;
  }
  if (moving) {  // once more when all are here, and before all that is asked of them meanwhile
    deferred_.push_back({legs, [this, members] { return bridge_now(members); }});
    return {};
  }
  struct Joining {
    std::vector<Leg*> legs;
    std::vector<std::uint64_t> deaf;
    std::unique_ptr<Bridge> bridge = std::make_unique_for_overwrite<Bridge>();
  };
  auto joining = std::make_shared<Joining>();
  for (const auto& member : members) {
    joining->legs.push_back(legs_.at(member.leg).leg);
    std::uint64_t deaf = 0;
    for (std::size_t i = 0; i < legs.size(); ++i) {
      if (std::find(member.deaf_to.begin(), member.deaf_to.end(), legs[i]) != member.deaf_to.end())
        deaf |= std::uint64_t{1} << i;
    }
    joining->deaf.push_back(deaf);
  }
  return post(home, make_command([joining](MediaThread& thread) {
                for (Leg* leg : joining->legs) thread.part(*leg);
                for (std::size_t i = 0; i < joining->legs.size(); ++i)
                  joining->bridge->add(*joining->legs[i], joining->deaf[i]);
                thread.add(std::move(joining->bridge));
              }));
}

Result<> Engine::Control::part(LegId id) {
  const std::lock_guard lock(mutex_);
  if (find(id) == nullptr) return no_such_leg();
  return dispatch({id}, [this, id] { return post_to(id, [](MediaThread& thread, Leg& leg) { thread.part(leg); }); });
}

Result<> Engine::Control::echo(LegId id) {
  const std::lock_guard lock(mutex_);
  if (find(id) == nullptr) return no_such_leg();
  auto box = std::make_shared<std::unique_ptr<Bridge>>(std::make_unique_for_overwrite<Bridge>());
  (*box)->make_echo();
  return dispatch({id}, [this, id, box] {
    return post_to(id, [box](MediaThread& thread, Leg& leg) {
      thread.part(leg);
      (*box)->add(leg, 0);
      thread.add(std::move(*box));
    });
  });
}

// --- digits

Result<> Engine::Control::send_digits(LegId id, std::string_view digits, std::chrono::milliseconds length) {
  if (digits.empty() || digits.find_first_not_of("0123456789*#ABCDabcd!,") != std::string_view::npos) {
    return fail(ErrorCode::bad_request, "Digits are 0-9, *, #, A-D, ! and ,");
  }
  if (length < std::chrono::milliseconds(40) || length > std::chrono::milliseconds(1000)) {
    return fail(ErrorCode::bad_request, "A digit is 40 to 1000 ms long");
  }
  const std::lock_guard lock(mutex_);
  const Place* place = find(id);
  if (place == nullptr) return no_such_leg();
  auto& waiting = place->counters->digits_waiting;
  const int count = static_cast<int>(digits.size());
  if (waiting.fetch_add(count, std::memory_order_relaxed) + count > static_cast<int>(DigitQueue::room)) {
    waiting.fetch_sub(count, std::memory_order_relaxed);
    return fail(ErrorCode::too_many, "Too many digits are waiting to be sent");
  }
  std::string upper(digits);
  for (auto& c : upper) c = c >= 'a' && c <= 'd' ? static_cast<char>(c - 'a' + 'A') : c;
  auto done = dispatch({id}, [this, id, upper, ms = static_cast<std::uint16_t>(length.count())] {
    return post_to(id, [upper, ms](MediaThread&, Leg& leg) {
      for (std::size_t i = 0; i < upper.size(); ++i) leg.send_digit({upper[i], ms, i + 1 == upper.size()});
    });
  });
  if (!done) waiting.fetch_sub(count, std::memory_order_relaxed);
  return done;
}

Result<> Engine::Control::stop_digits(LegId id) {
  const std::lock_guard lock(mutex_);
  if (find(id) == nullptr) return no_such_leg();
  return dispatch({id}, [this, id] { return post_to(id, [](MediaThread&, Leg& leg) { leg.stop_digits(); }); });
}

// --- figures

Result<LegFigures> Engine::Control::figures(LegId id) const {
  std::shared_ptr<LegCounters> counters;
  {
    const std::lock_guard lock(mutex_);
    const auto found = legs_.find(id);
    if (found == legs_.end() || found->second.closing) return no_such_leg();
    counters = found->second.counters;
  }
  return counters->figures();
}

EngineFigures Engine::Control::figures() const {
  EngineFigures f;
  {
    const std::lock_guard lock(mutex_);
    f.legs = legs_.size();
    f.recordings = recordings_.size();
  }
  for (const auto& thread : threads_) {
    const auto& counted = thread->counters();
    f.bridges += counted.bridges.count();
    f.packets_received += counted.packets_received.count();
    f.packets_sent += counted.packets_sent.count();
    f.packets_refused += counted.refused.count();
    f.late_ticks += counted.late_ticks.count();
  }
  f.facts_waiting = outbox_.size();
  return f;
}

}  // namespace otklik::media
