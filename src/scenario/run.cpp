#include "scenario/run.hpp"

#include <algorithm>
#include <lua.hpp>
#include <utility>

#include "base/log.hpp"
#include "scenario/environment.hpp"
#include "scenario/message.hpp"
#include "scenario/scheduler.hpp"
#include "scenario/value_text.hpp"

namespace otklik::scenario {
namespace {

using Kind = core::ScriptEnd::Kind;

/// Garbage that a run may make before the first collection: most runs are over before.
constexpr int first_collection_kib = 32;

/// Its address is the key of the registry where a state keeps its body.
constexpr char key_of_body = 0;

/// Raising and catching an error is a C++ exception: a microsecond, as so many instructions.
constexpr std::uint64_t price_of_error = 150;

/// A run that cannot be suspended holds its thread so long before a spare takes over.
constexpr std::chrono::milliseconds patience{10};

/// What a guest may do. The hook looks every Options::look_every instructions.
constexpr std::uint64_t instructions_of_guest = 4000;

/// Allocates nothing in the state: it is also asked where nobody would catch an error.
std::string error_text(lua_State* lua, int index) {
  if (lua_isinteger(lua, index) != 0) return fmt::format("{}", lua_tointeger(lua, index));
  if (lua_type(lua, index) == LUA_TNUMBER) return fmt::format("{}", lua_tonumber(lua, index));
  if (lua_type(lua, index) == LUA_TSTRING) {
    std::size_t size = 0;
    const char* text = lua_tolstring(lua, index, &size);
    return clean_message({text, size});
  }
  return std::string("the error is a ") + luaL_typename(lua, index) + ", not a text";
}

std::string text_of(Kind kind, const Limits& limits) {
  switch (kind) {
    case Kind::budget_memory:
      return fmt::format("the run needs more than {} MB of memory", limits.memory / (1024 * 1024));
    case Kind::budget_instructions:
      return fmt::format("the run needs more than {} instructions", limits.instructions);
    case Kind::budget_time:
      return fmt::format("the run takes longer than {} s", limits.time.count() / 1000);
    case Kind::stopped:
      return "the run was stopped";
    case Kind::finished:
    case Kind::failed:
      break;
  }
  return "the run failed";
}

}  // namespace

void Waker::operator()(Push push) const {
  if (!run_->win(wait_)) return;
  run_->push_ = std::move(push);
  run_->services_.scheduler.add(run_, Scheduler::Lane::awake);
}

Run::Run(const Services& services, core::ScriptStart start, std::shared_ptr<const Scenario> scenario, Ended ended)
    : services_(services), start_(std::move(start)), ended_(std::move(ended)) {
  limits = services.options->limits;
  const auto now = Clock::now();
  deadline = now + limits.time;
  at_look = &on_look;
  memory_.on_traffic(&on_traffic, this);
  frames_.reserve(1);
  frames_.push_back({{Uuid::random(), std::move(scenario), now, 0}, {}, std::move(start_.parameters)});
}

Run::~Run() = default;

bool Run::win(std::uint64_t wait) noexcept { return wait_.compare_exchange_strong(wait, 0, std::memory_order_acq_rel); }

void Run::ask_to_stop() {
  stop_requested_.store(true, std::memory_order_relaxed);
  if (const auto wait = wait_.load(std::memory_order_acquire); wait != 0) Waker(shared_from_this(), wait)({});
}

// --- turns ---

bool Run::set_up() {
  state_ = static_cast<lua_State*>(memory_.recall());
  if (state_ != nullptr) {
    lua_setallocf(state_, &RunMemory::allocate, &memory_);
    set_budget(state_, *this);
    lua_rawgetp(state_, LUA_REGISTRYINDEX, &key_of_body);
    body_ = lua_tothread(state_, -1);
    lua_pop(state_, 1);
    set_budget(body_, *this);
    return true;
  }
  state_ = lua_newstate(&RunMemory::allocate, &memory_);
  if (state_ == nullptr) return false;
  set_budget(state_, *this);
  lua_pushcfunction(state_, &build);
  if (lua_pcall(state_, 0, 0, 0) != LUA_OK) return false;
  memory_.remember(state_);
  return true;
}

/// What every state has before its scenario is known. It is remembered and used again, so nothing of this run may be
/// in it but what set_up() puts right.
int Run::build(lua_State* lua) {
  Run& run = of(lua);
  // a negative step is a credit (lapi.c of 5.4: the debt becomes data * 1024 + debt)
  lua_gc(lua, LUA_GCSTEP, -first_collection_kib);
  open_environment(lua);
  run.body_ = lua_newthread(lua);
  lua_rawsetp(lua, LUA_REGISTRYINDEX, &key_of_body);  // keeps it from being collected
  lua_sethook(run.body_, &on_count, LUA_MASKCOUNT, run.services_.options->look_every);
  lua_pushcfunction(run.body_, &enter);
  return 0;
}

Run::Turn Run::turn_as_guest() {
  is_guest_ = true;
  const Turn turn = this->turn();
  is_guest_ = false;
  return turn;
}

Run::Turn Run::turn() {
  if (timer_ != Timers::Key{}) {
    services_.timers.disarm(timer_);
    timer_ = {};
  }
  const bool was_waiting = pause_ == Pause::waiting;
  if (stop_requested_.load(std::memory_order_relaxed)) {
    stop_asked = true;
    return finish(Kind::stopped, text_of(Kind::stopped, limits));
  }
  if (was_waiting && !push_ && Clock::now() >= deadline) {
    return finish(Kind::budget_time, text_of(Kind::budget_time, limits));
  }
  waiting_for_ = {};
  if (state_ == nullptr && !set_up()) return finish(Kind::budget_memory, text_of(Kind::budget_memory, limits));
  pause_ = Pause::none;
  slice_end_ = {};
  suspendable_ = true;
  int results = 0;
  const int status = resume(body_, nullptr, 1, 0, &results);
  if (lent_out_) {
    lent_out_ = false;
    services_.scheduler.take_back();
  }
  if (status == LUA_YIELD) return pause_ == Pause::preempted ? Turn::preempted : Turn::waiting;
  return conclude(status);
}

int Run::resume(lua_State* coroutine, lua_State* from, std::size_t depth, int arguments, int* results) {
  const bool suspendable = suspendable_;
  const auto outer_depth = resume_depth_;
  lua_State* const current = current_;
  suspendable_ = suspendable && (from == nullptr || lua_isyieldable(from) != 0);
  resume_depth_ = depth;
  current_ = coroutine;
  const int status = lua_resume(coroutine, from, arguments, results);
  suspendable_ = suspendable;
  resume_depth_ = outer_depth;
  current_ = current;
  return status;
}

int Run::reset(lua_State* coroutine) {
  lua_State* const current = std::exchange(current_, coroutine);
  const int status = lua_resetthread(coroutine);
  current_ = current;
  return status;
}

Run::Turn Run::conclude(int status) {
  if (spent) return finish(*spent, text_of(*spent, limits));
  if (status == LUA_OK) return finish(Kind::finished, {});
  if (status == LUA_ERRMEM) return finish(Kind::budget_memory, text_of(Kind::budget_memory, limits));
  if (status < LUA_OK) return finish(Kind::failed, "internal error");  // an exception that is not Lua's
  return finish(Kind::failed, error_text(body_, -1));
}

Run::Turn Run::finish(Kind kind, std::string error) {
  if (waiting_for_.cancel) waiting_for_.cancel();
  waiting_for_ = {};
  push_ = {};
  if (!spent) spent = kind;  // nothing of the scenario runs any more
  while (frames_.size() > 1) close_frame(kind, error);
  close_stand_in(kind, error);
  conclusion_.kind = kind;
  conclusion_.error = std::move(error);
  if (kind != Kind::finished) conclusion_.returns = {};
  state_ = body_ = current_ = nullptr;
  memory_.release();
  return Turn::over;
}

// --- waiting ---

bool Run::can_suspend(lua_State* lua) const noexcept { return suspendable_ && lua_isyieldable(lua) != 0; }

int Run::wait(lua_State* lua, Wait wait) {
  if (!can_suspend(lua)) {
    return luaL_error(lua, "a function that waits cannot be called here, inside a callback of another function");
  }
  waiting_for_ = std::move(wait);
  pause_ = Pause::waiting;
  return lua_yieldk(lua, 0, 0, &after_wait);
}

int Run::move(lua_State* lua, int (*again)(lua_State* lua, int status, std::intptr_t context), std::intptr_t context) {
  pause_ = Pause::preempted;
  return lua_yieldk(lua, 0, context, again);
}

int Run::after_wait(lua_State* lua, int, std::intptr_t) {
  auto push = std::move(of(lua).push_);
  of(lua).push_ = {};
  return push ? push(lua) : 0;
}

void Run::begin_wait(const std::shared_ptr<Run>& run) {
  const auto number = ++run->wait_number_;
  const auto until = std::min(run->waiting_for_.until, run->deadline);
  auto begin = std::move(run->waiting_for_.begin);
  run->waiting_for_.begin = {};
  run->services_.timers.arm(run->timer_, until, run, number);
  run->wait_.store(number, std::memory_order_release);
  // From here on somebody else may have woken it. Time that came, or a stop that was asked for, before the number
  // stood there found nothing to wake: look again.
  if (begin) begin(Waker(run, number));
  if (run->stop_requested_.load(std::memory_order_relaxed) || Clock::now() >= until) Waker(run, number)({});
}

// --- the hook ---

void Run::on_count(lua_State* lua, lua_Debug*) {
  Run& run = of(lua);
  const std::size_t traffic = run.memory_.take_traffic();
  const int look_every = run.services_.options->look_every;
  if (lua_gethookcount(lua) != look_every) lua_sethook(lua, &on_count, LUA_MASKCOUNT, look_every);  // see on_traffic()
  run.next_look = 0;
  spend(lua, static_cast<std::uint64_t>(look_every) + traffic / 16);
  const bool is_over = run.is_guest_ ? run.instructions_used >= instructions_of_guest
                                     : run.slice_end_ <= run.looked_at && run.services_.scheduler.has_ready();
  if (is_over && run.can_suspend(lua)) {
    run.pause_ = Pause::preempted;
    lua_yield(lua, 0);
  }
}

void Run::on_look(Budget& budget) {
  auto& run = static_cast<Run&>(budget);
  if (run.stop_requested_.load(std::memory_order_relaxed)) run.stop_asked = true;
  if (run.slice_end_ == Clock::time_point{}) {
    run.slice_end_ = run.looked_at + run.services_.options->slice;
  } else if (!run.is_guest_ && !run.lent_out_ && run.looked_at > run.slice_end_ + patience &&
             run.services_.scheduler.has_ready()) {
    run.lent_out_ = true;
    run.services_.scheduler.lend_out();
  }
}

/// Called by the allocator: makes the hook come at the next instruction, so that copies of long strings are paid for.
void Run::on_traffic(void* user) {
  auto& run = *static_cast<Run*>(user);
  if (run.current_ != nullptr) lua_sethook(run.current_, &on_count, LUA_MASKCOUNT, 1);
}

// --- protected calls ---

void Run::pass_on(lua_State* lua, int status, std::size_t depth) {
  if (!spent && status == LUA_ERRMEM) spent = Kind::budget_memory;
  if (spent) end_run(lua, *spent);
  if (leaving_ != Leaving::no) lua_error(lua);
  if (frames_.size() > depth) {
    const std::string why = error_text(lua, -1);
    while (frames_.size() > depth) close_frame(Kind::failed, why);
  }
  spend(lua, price_of_error);
}

// --- sub-scenarios ---

void Run::load_frame(lua_State* lua) {
  const Scenario& scenario = frame().scenario();
  // our own dump of a text we compiled: the only bytecode that is ever loaded
  if (luaL_loadbufferx(lua, scenario.compiled.data(), scenario.compiled.size(), scenario.name.c_str(), "b") != LUA_OK) {
    lua_error(lua);
  }
}

/// Runs the newest frame; the stack is empty.
int Run::enter(lua_State* lua) {
  Run& run = of(lua);
  run.load_frame(lua);
  const auto depth = static_cast<std::intptr_t>(run.frames_.size());
  return after_chunk(lua, lua_pcallk(lua, 0, 3, 0, depth, &after_chunk), depth);
}

int Run::after_chunk(lua_State* lua, int status, std::intptr_t depth_of_frame) {
  Run& run = of(lua);
  const auto depth = static_cast<std::size_t>(depth_of_frame);
  while (status != LUA_OK && status != LUA_YIELD) {
    if (!run.spent && status == LUA_ERRMEM) run.spent = Kind::budget_memory;
    if (run.spent) end_run(lua, *run.spent);
    if (run.leaving_ == Leaving::left) {
      run.leaving_ = Leaving::no;
      lua_settop(lua, 0);
      luaL_checkstack(lua, 3, nullptr);
      for (int i = 0; i < 3; ++i) lua_pushnil(lua);
      break;
    }
    if (run.leaving_ == Leaving::replaced) {
      run.leaving_ = Leaving::no;
      run.close_stand_in(Kind::finished, {});
      Frame& frame = run.frame();
      frame.stand_in = {Uuid::random(), std::move(run.replacement_), Clock::now(), run.instructions_used};
      frame.parameters = std::move(run.replacement_parameters_);
      forget_parameters(lua, depth);
      run.services_.journal.tell(run.started_fact(frame.stand_in, frame.called.id));
      lua_settop(lua, 0);
      run.load_frame(lua);
      status = lua_pcallk(lua, 0, 3, 0, depth_of_frame, &after_chunk);
      continue;
    }
    if (run.frames_.size() > depth || depth > 1) {
      const std::string why = error_text(lua, -1);
      while (run.frames_.size() >= std::max<std::size_t>(depth, 2)) run.close_frame(Kind::failed, why);
    }
    return lua_error(lua);
  }
  return run.gather(lua, depth);
}

/// The three values on top, filled up from `result`, as texts.
int Run::gather(lua_State* lua, std::size_t depth) {
  const int first = lua_gettop(lua) - 2;
  luaL_checkstack(lua, 6, nullptr);
  bool is_quick = true;
  for (int i = 0; i < 3; ++i) {
    if (lua_isnil(lua, first + i)) {
      push_result_value(lua, depth, i + 1);
      lua_replace(lua, first + i);
    }
    is_quick = is_quick && !lua_istable(lua, first + i);  // which becomes JSON
  }
  if (!is_quick && must_move(lua)) return move(lua, &gather_again, static_cast<std::intptr_t>(depth));
  for (int i = 0; i < 3; ++i) {
    push_value_text(lua, first + i, "a return value");
    lua_replace(lua, first + i);
  }
  if (depth > 1) {
    close_frame(Kind::finished, {});
    return 3;
  }
  for (int i = 0; i < 3; ++i) {
    std::size_t size = 0;
    const char* text = lua_tolstring(lua, first + i, &size);
    conclusion_.returns[static_cast<std::size_t>(i)].assign(text, size);
  }
  return 0;
}

int Run::gather_again(lua_State* lua, int, std::intptr_t depth) {
  return of(lua).gather(lua, static_cast<std::size_t>(depth));
}

int Run::call(lua_State* lua, std::shared_ptr<const Scenario> scenario, std::array<std::string, 5> parameters) {
  if (frames_.size() > static_cast<std::size_t>(services_.options->call_depth)) {
    return luaL_error(lua, "more than %d sub-scenarios within each other", services_.options->call_depth);
  }
  lua_settop(lua, 0);
  const Uuid parent = frame().called.id;
  frames_.push_back(
      {{Uuid::random(), std::move(scenario), Clock::now(), instructions_used}, {}, std::move(parameters)});
  forget_frame_values(lua, frames_.size());
  services_.journal.tell(started_fact(frame().called, parent));
  return enter(lua);
}

void Run::replace(lua_State* lua, std::shared_ptr<const Scenario> scenario, std::array<std::string, 5> parameters) {
  replacement_ = std::move(scenario);
  replacement_parameters_ = std::move(parameters);
  leaving_ = Leaving::replaced;
  lua_pushnil(lua);
  lua_error(lua);
  __builtin_unreachable();
}

void Run::leave(lua_State* lua) {
  leaving_ = Leaving::left;
  lua_pushnil(lua);
  lua_error(lua);
  __builtin_unreachable();
}

void Run::close_frame(Kind kind, const std::string& error) {
  close_stand_in(kind, error);
  services_.journal.tell(ended_fact(frame().called, kind, error));
  frames_.pop_back();
}

void Run::close_stand_in(Kind kind, const std::string& error) {
  auto& stand_in = frame().stand_in;
  if (!stand_in.scenario) return;
  services_.journal.tell(ended_fact(stand_in, kind, error));
  stand_in = {};
}

core::ScriptStarted Run::started_fact(const Account& account, const Uuid& parent) const {
  core::ScriptStarted fact;
  fact.run = account.id;
  fact.scenario = account.scenario->name;
  fact.code = start_.code;
  fact.user = start_.user;
  fact.login = start_.login;
  fact.parent = parent;
  return fact;
}

core::ScriptEnded Run::ended_fact(const Account& account, Kind kind, const std::string& error) const {
  core::ScriptEnded fact;
  fact.run = account.id;
  fact.scenario = account.scenario->name;
  fact.kind = kind;
  fact.error = error;
  fact.took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - account.started);
  fact.instructions = instructions_used - account.instructions_before;
  return fact;
}

bool Run::take_log_line() noexcept { return log_lines_++ < services_.options->log_lines; }

}  // namespace otklik::scenario
