#include "pbx/pbx.hpp"

#include <future>
#include <shared_mutex>

#include "base/log.hpp"
#include "pbx/accounts.hpp"
#include "pbx/listening.hpp"

namespace otklik::pbx {

namespace telephony = core::telephony;

namespace {

constexpr std::size_t most_plan_changes = 1000;  // waiting

}  // namespace

/// The agent comes after everything else and goes before it, and an order may come at any time.
class Pbx::ToSip final : public Signalling {
 public:
  bool post(sip::Command command) override {
    const std::shared_lock lock(mutex_);
    return agent_ != nullptr && agent_->post(std::move(command));
  }
  void use(sip::Agent* agent) {
    const std::lock_guard lock(mutex_);
    agent_ = agent;
  }
  void use(std::shared_ptr<const sip::Accounts> accounts) {
    const std::shared_lock lock(mutex_);
    if (agent_ != nullptr) agent_->use(std::move(accounts));
  }

 private:
  std::shared_mutex mutex_;
  sip::Agent* agent_ = nullptr;
};

/// Likewise the engine: after its end everything is answered by `unavailable`.
class Pbx::ToEngine final : public Audio {
 public:
  void use(media::Engine* engine) {
    const std::lock_guard lock(mutex_);
    engine_ = engine;
  }

  Result<media::LegPlace> create_leg(const media::LegOptions& options) override {
    return ask([&](auto& engine) { return engine.create_leg(options); });
  }
  Result<> set_remote(media::LegId leg, const media::Remote& remote) override {
    return ask([&](auto& engine) { return engine.set_remote(leg, remote); });
  }
  Result<> join(media::LegId a, media::LegId b) override {
    return ask([&](auto& engine) { return engine.join(a, b); });
  }
  Result<> part(media::LegId leg) override {
    return ask([&](auto& engine) { return engine.part(leg); });
  }
  Result<> echo(media::LegId leg) override {
    return ask([&](auto& engine) { return engine.echo(leg); });
  }
  Result<media::PlayId> play(media::LegId leg, media::Play what) override {
    return ask([&](auto& engine) { return engine.play(leg, std::move(what)); });
  }
  Result<> stop_playing(media::LegId leg) override {
    return ask([&](auto& engine) { return engine.stop_playing(leg); });
  }
  Result<> send_digits(media::LegId leg, std::string_view digits) override {
    return ask([&](auto& engine) { return engine.send_digits(leg, digits); });
  }
  Result<> close(media::LegId leg) override {
    return ask([&](auto& engine) { return engine.close(leg); });
  }
  Result<media::RecordingId> record(const media::Recording& recording) override {
    return ask([&](auto& engine) { return engine.record(recording); });
  }
  Result<> stop_recording(media::RecordingId recording) override {
    return ask([&](auto& engine) { return engine.stop_recording(recording); });
  }

 private:
  template <class Question>
  std::invoke_result_t<Question&, media::Engine&> ask(Question question) {
    const std::shared_lock lock(mutex_);
    if (engine_ == nullptr) return fail(ErrorCode::unavailable);
    return question(*engine_);
  }

  std::shared_mutex mutex_;
  media::Engine* engine_ = nullptr;
};

Pbx::Pbx(const Options& options, Ports ports)
    : options_(options),
      ports_(ports),
      audio_options_(options.audio),
      recording_options_(options.recording),
      to_sip_(std::make_unique<ToSip>()),
      to_engine_(std::make_unique<ToEngine>()),
      plan_(std::make_shared<core::Plan>()),
      accounts_(std::make_shared<sip::Accounts>()),
      plan_changes_("pbx-plan", most_plan_changes) {}

Result<> Pbx::start_media() {
  recordings_ = std::make_unique<Recordings>(
      recording_options_, *to_engine_, ports_.files,
      [this](telephony::RecordingFinished finished) { ports_.ear.happened(std::move(finished)); });
  Switchboard::Parts parts{.signalling = *to_sip_,
                           .audio = *to_engine_,
                           .recorder = *recordings_,
                           .licensing = ports_.licensing,
                           .options = audio_options_,
                           .tell = [this](telephony::Fact fact) { ports_.ear.happened(std::move(fact)); },
                           .tell_line = [this](const Switchboard::Parts::LineNews& news) { tell_line(news); }};
  switchboard_ = std::make_unique<Switchboard>(std::move(parts), options_.most_legs);
  inbox_ = std::make_unique<Inbox>([this](Inbox::Item&& item) { take(std::move(item)); },
                                   [this] {
                                     const auto now = std::chrono::steady_clock::now().time_since_epoch();
                                     switchboard_->tick(std::chrono::duration_cast<std::chrono::milliseconds>(now));
                                     publish_figures();
                                   });
  auto engine = media::Engine::start(options_.media, [this](media::Fact&& fact) { inbox_->put(std::move(fact)); });
  if (!engine) return std::unexpected(engine.error());
  engine_ = std::move(*engine);
  to_engine_->use(engine_.get());
  return {};
}

Result<std::unique_ptr<Pbx>> Pbx::open(Options options, Ports ports) {
  std::unique_ptr<Pbx> pbx(new Pbx(options, ports));
  if (auto started = pbx->start_media(); !started) return std::unexpected(started.error());
  pbx->recordings_->repair();
  return pbx;
}

Pbx::~Pbx() { stop(); }

Result<std::vector<sip::Listener>> Pbx::listen(std::shared_ptr<const core::Plan> plan, bool any_free_port) {
  auto options = options_.sip;
  if (!options.tls) {
    std::erase_if(options.listeners, [](const auto& one) { return one.transport == sip::Transport::tls; });
  }
  if (options.listeners.empty()) {
    log::info("no SIP listener is wanted: no phone can register");
    return std::vector<sip::Listener>{};
  }
  options.listeners = bindable(std::move(options.listeners), any_free_port);
  if (options.listeners.empty()) return fail(ErrorCode::failed, "no SIP port could be bound: see the log above");
  accounts_ = accounts_of(*plan, ports_.secrets);
  inbox_->put(Errand([this, plan] { apply(plan); }));
  const auto start = [&] {
    return sip::Agent::start(options, accounts_, [this](sip::Fact fact) { inbox_->put(std::move(fact)); });
  };
  auto agent = start();
  if (!agent && any_free_port && agent.error().code == ErrorCode::failed) {
    log::warn("{}; taking free ports instead", agent.error().message);  // somebody was quicker than we
    for (auto& listener : options.listeners) listener.endpoint.port = 0;
    agent = start();
  }
  if (!agent) return std::unexpected(agent.error());
  agent_ = std::move(*agent);
  to_sip_->use(agent_.get());
  for (const auto& trunk : accounts_->trunks) {
    if (trunk.registers) static_cast<void>(agent_->post(sip::RegisterTrunk{trunk.id}));
  }
  listening_.store(true, std::memory_order_release);
  return agent_->listening();
}

void Pbx::apply(std::shared_ptr<const core::Plan> plan) {
  plan_ = std::move(plan);
  switchboard_->use(plan_);
}

void Pbx::use(std::shared_ptr<const core::Plan> plan) {
  // On a thread of its own: secrets are read, and whoever changes the plan waits for nobody here.
  if (!listening_.load(std::memory_order_acquire)) return;  // listen() will bring the plan
  if (!plan_changes_.try_post([this, plan = std::move(plan)] { change_plan(plan); })) {
    log::error("a change of the plan does not reach the phones until the next one: too much is waiting");
  }
}

void Pbx::change_plan(const std::shared_ptr<const core::Plan>& plan) {
  auto next = accounts_of(*plan, ports_.secrets);
  const auto changes = trunk_changes(*accounts_, *next);
  for (const auto& trunk : changes.unregister) static_cast<void>(to_sip_->post(sip::UnregisterTrunk{trunk}));
  to_sip_->use(next);
  accounts_ = std::move(next);
  for (const auto& trunk : changes.begin) static_cast<void>(to_sip_->post(sip::RegisterTrunk{trunk}));
  inbox_->put(Errand([this, plan, gone = changes.unregister] {
    apply(plan);
    for (const auto& trunk : gone) switchboard_->forget_trunk(trunk);
  }));
}

void Pbx::use(const sip::EdgeLimits& limits) {
  if (agent_) agent_->use(limits);
}

Result<> Pbx::reload_certificates() {
  if (!agent_ || !options_.sip.tls) return {};
  return agent_->reload_certificates();
}

void Pbx::carry_out(std::span<const telephony::Order> orders) {
  if (!orders.empty()) inbox_->put(Orders(orders.begin(), orders.end()));
}

void Pbx::take(Inbox::Item&& item) {
  struct Take {
    Pbx& pbx;
    void operator()(Orders& orders) const { pbx.switchboard_->carry_out(orders); }
    void operator()(sip::Fact& fact) const {
      pbx.switchboard_->set_overloaded(pbx.inbox_->is_full());
      pbx.switchboard_->heard(std::move(fact));
    }
    void operator()(media::Fact& fact) const { pbx.switchboard_->heard(std::move(fact)); }
    void operator()(Errand& errand) const { errand(); }
  };
  const auto before = switchboard_->legs();
  std::visit(Take{*this}, item);
  if (switchboard_->legs() != before) publish_figures();
}

void Pbx::tell_line(const Switchboard::Parts::LineNews& news) {
  const auto* line = plan_->line(news.line);
  const std::string number = line != nullptr ? line->number : std::string();
  if (news.connected != nullptr) {
    log::info("line {} is connected: {} by {}", number, news.connected->user_agent, news.connected->received.text());
    ports_.journal.tell(core::LineConnected{.line = news.line,
                                            .number = number,
                                            .address = news.connected->received.address.text(),
                                            .user_agent = news.connected->user_agent});
  } else {
    log::info("line {} has no phone any more: {}", number, news.reason);
    ports_.journal.tell(
        core::LineDisconnected{.line = news.line, .number = number, .reason = std::string(news.reason)});
  }
}

void Pbx::publish_figures() {
  {
    const std::lock_guard lock(figures_mutex_);
    published_.switchboard = switchboard_->figures();
    published_.legs = switchboard_->legs();
    published_.lines_connected = switchboard_->connected_lines();
    published_.trunks_down = switchboard_->trunks_down();
  }
  legs_changed_.notify_all();
}

void Pbx::refuse_new_calls() {
  inbox_->put(Errand([this] { switchboard_->close(); }));
}

bool Pbx::wait_for_calls(std::chrono::milliseconds limit) {
  std::unique_lock lock(figures_mutex_);
  return legs_changed_.wait_for(lock, limit, [this] { return published_.legs == 0; });
}

void Pbx::stop() {
  if (std::exchange(stopped_, true)) return;
  plan_changes_.stop();
  if (agent_) agent_->stop();
  to_sip_->use(nullptr);
  // Facts that the agent told at its end, and what the core orders on them, are taken before the engine goes.
  if (inbox_) {
    std::promise<void> taken;
    auto wait = taken.get_future();
    inbox_->put(Errand([&taken] { taken.set_value(); }));
    wait.wait();
  }
  to_engine_->use(nullptr);
  engine_.reset();  // finishes recordings, and tells so into the inbox
  if (inbox_) inbox_->stop();
  if (recordings_) recordings_->close();
  agent_.reset();
}

PbxFigures Pbx::figures() const {
  PbxFigures now;
  {
    const std::lock_guard lock(figures_mutex_);
    now = published_;
  }
  now.waiting = inbox_->waiting();
  if (agent_) now.sip = agent_->figures();
  if (engine_) now.media = engine_->figures();
  return now;
}

std::vector<sip::Registration> Pbx::registrations() const {
  return agent_ ? agent_->registrations() : std::vector<sip::Registration>{};
}

}  // namespace otklik::pbx
