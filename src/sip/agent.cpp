#include "sip/agent.hpp"

#include <atomic>
#include <deque>
#include <future>
#include <mutex>
#include <thread>

#include "base/log.hpp"
#include "sip/dialogs/dialogs.hpp"
#include "sip/edge/edge.hpp"

namespace otklik::sip {
namespace {

constexpr su_duration_t tick_ms = 200;
constexpr su_duration_t step_ms = 500;

void ignore_su_message(su_root_magic_t*, su_msg_r, su_msg_arg_t*) {}

}  // namespace

/// What the agent is made of. The SIP thread runs the library's loop; it is woken by a message of the library for what
/// lies in the two queues.
struct Agent::Parts {
  explicit Parts(Options given, Tell teller)
      : options(std::move(given)), tell(std::move(teller)), trace(options.trace_bytes) {}

  void run(std::promise<Result<std::uint16_t>>* opened);
  void wake();
  void take_queued();
  void tell_from_edge(Fact fact);

  Options options;
  Tell tell;
  Trace trace;
  std::unique_ptr<Edge> edge;
  std::unique_ptr<Dialogs> dialogs;

  std::mutex mutex;
  std::deque<Command> commands;
  std::deque<Fact> facts;  ///< of the edge, to be told on the SIP thread; bounded by what phones and trunks there are
  bool told = false;
  bool stopping = false;
  std::chrono::milliseconds patience{0};
  std::atomic<su_root_t*> root{nullptr};
  std::thread thread;
  std::once_flag stopped;
};

void Agent::Parts::wake() {
  // With the mutex held, so that the loop cannot go away meanwhile.
  su_root_t* loop = root.load();
  if (loop == nullptr || std::exchange(told, true)) return;
  su_msg_r message = SU_MSG_R_INIT;
  if (su_msg_create(message, su_root_task(loop), su_root_task(loop), ignore_su_message, 0) == 0) su_msg_send(message);
}

void Agent::Parts::tell_from_edge(Fact fact) {
  const std::lock_guard lock(mutex);
  if (stopping) return;
  facts.push_back(std::move(fact));
  wake();
}

void Agent::Parts::take_queued() {
  std::deque<Command> now_commands;
  std::deque<Fact> now_facts;
  {
    const std::lock_guard lock(mutex);
    told = false;
    now_commands.swap(commands);
    now_facts.swap(facts);
  }
  for (auto& fact : now_facts) tell(std::move(fact));
  for (auto& command : now_commands) dialogs->carry_out(command);
}

void Agent::Parts::run(std::promise<Result<std::uint16_t>>* opened) {
  ::pthread_setname_np(::pthread_self(), "sip");
  su_init();
  su_root_t* loop = su_root_create(dialogs.get());
  if (loop == nullptr) {
    opened->set_value(fail(ErrorCode::failed, "The SIP library cannot be started"));
    su_deinit();
    return;
  }
  su_root_threading(loop, 0);
  auto port = dialogs->open(loop);
  const bool good = port.has_value();
  su_timer_t* timer = nullptr;
  if (good) {
    timer = su_timer_create(su_root_task(loop), tick_ms);
    su_timer_run(timer, [](Dialogs*, su_timer_t*, Dialogs* self) { self->tick(); }, dialogs.get());
    const std::lock_guard lock(mutex);
    root = loop;
  }
  opened->set_value(std::move(port));
  for (bool ending = false; good && !ending;) {
    su_root_step(loop, step_ms);
    take_queued();
    const std::lock_guard lock(mutex);
    ending = stopping && commands.empty() && facts.empty();
    if (ending) root = nullptr;
  }
  if (good) {
    dialogs->close();
    const auto until = net::steady_milliseconds() + patience.count();
    while (!dialogs->closed() && net::steady_milliseconds() < until) su_root_step(loop, 50);
    su_timer_destroy(timer);
  }
  dialogs->destroy();
  su_root_destroy(loop);
  su_deinit();
}

Agent::Agent(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Agent::~Agent() { stop(); }

Result<std::unique_ptr<Agent>> Agent::start(Options options, std::shared_ptr<const Accounts> accounts, Tell tell) {
  auto parts = std::make_unique<Parts>(std::move(options), std::move(tell));
  Parts* all = parts.get();
  auto edge = Edge::open(all->options, all->trace, [all](Fact fact) { all->tell_from_edge(std::move(fact)); });
  if (!edge) return std::unexpected(edge.error());
  all->edge = std::move(*edge);
  all->edge->use(std::move(accounts));
  all->dialogs =
      std::make_unique<Dialogs>(all->options, *all->edge, all->trace, [all](Fact fact) { all->tell(std::move(fact)); });
  std::promise<Result<std::uint16_t>> opened;
  auto port = opened.get_future();
  all->thread = std::thread([all, &opened] { all->run(&opened); });
  const auto library_port = port.get();
  std::unique_ptr<Agent> agent(new Agent(std::move(parts)));
  if (!library_port) return std::unexpected(library_port.error());
  if (auto started = all->edge->start(*library_port); !started) return std::unexpected(started.error());
  return agent;
}

void Agent::stop(std::chrono::milliseconds patience) {
  std::call_once(parts_->stopped, [&] {
    {
      const std::lock_guard lock(parts_->mutex);
      parts_->patience = patience;
      parts_->wake();
      parts_->stopping = true;
    }
    if (parts_->thread.joinable()) parts_->thread.join();
    parts_->edge->stop();
  });
}

bool Agent::post(Command command) {
  const std::lock_guard lock(parts_->mutex);
  if (parts_->stopping) return false;
  if (parts_->commands.size() >= parts_->options.commands && !std::holds_alternative<End>(command)) return false;
  parts_->commands.push_back(std::move(command));
  parts_->wake();
  return true;
}

void Agent::use(std::shared_ptr<const Accounts> accounts) { parts_->edge->use(std::move(accounts)); }
void Agent::use(const EdgeLimits& limits) { parts_->edge->use(limits); }
Result<> Agent::reload_certificates() { return parts_->edge->reload_certificates(); }
const std::vector<Listener>& Agent::listening() const noexcept { return parts_->edge->listening(); }

std::vector<Registration> Agent::registrations() const {
  std::vector<Registration> all;
  for (auto& contact : parts_->edge->registrar().contacts().all()) {
    all.push_back({contact.line, std::move(contact.aor), std::move(contact.uri), std::move(contact.user_agent),
                   contact.received, contact.since, contact.until});
  }
  return all;
}

AgentFigures Agent::figures() const {
  const auto& edge = parts_->edge->figures();
  AgentFigures figures;
  figures.messages_in = edge.in.load(std::memory_order_relaxed);
  figures.messages_out = edge.out.load(std::memory_order_relaxed);
  figures.malformed = edge.malformed.load(std::memory_order_relaxed);
  figures.dropped = edge.dropped.load(std::memory_order_relaxed);
  figures.challenges = edge.challenges.load(std::memory_order_relaxed);
  figures.wrong_credentials = edge.wrong.load(std::memory_order_relaxed);
  figures.registers = edge.registers.load(std::memory_order_relaxed);
  figures.connections = edge.connections.load(std::memory_order_relaxed);
  figures.watchdog = parts_->dialogs->watchdog_ended();
  figures.contacts = parts_->edge->registrar().contacts().size();
  figures.dialogs = parts_->dialogs->count();
  const std::lock_guard lock(parts_->mutex);
  figures.commands_queued = parts_->commands.size();
  return figures;
}

void Agent::trace(const Uuid& dialog) { parts_->dialogs->trace(dialog); }
std::vector<TracedMessage> Agent::traced(const Uuid& dialog) const {
  return parts_->trace.of(parts_->dialogs->call_ids(dialog));
}

}  // namespace otklik::sip
