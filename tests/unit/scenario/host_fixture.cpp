#include "unit/scenario/host_fixture.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <fstream>

namespace otklik::scenario {

void TemporaryFolder::write(const std::string& name, std::string_view content) const {
  std::ofstream file(path_ / name, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
}

FakeJournal::FakeJournal() : thread_([this] { run(); }) {}

FakeJournal::~FakeJournal() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    held_ = false;
  }
  came_.notify_all();
  thread_.join();
}

void FakeJournal::tell(core::EventBody fact) {
  const std::lock_guard lock(mutex_);
  if (keeping) facts_.push_back(std::move(fact));
}

void FakeJournal::tell(core::EventBody fact, core::Durability,
                       std::move_only_function<void(Result<std::uint64_t>)> done) {
  asked_by = std::this_thread::get_id();
  {
    const std::lock_guard lock(mutex_);
    if (keeping) facts_.push_back(std::move(fact));
    waiting_.push_back(std::move(done));
  }
  came_.notify_all();
}

void FakeJournal::hold() {
  const std::lock_guard lock(mutex_);
  held_ = true;
}

void FakeJournal::release() {
  {
    const std::lock_guard lock(mutex_);
    held_ = false;
  }
  came_.notify_all();
}

std::vector<core::EventBody> FakeJournal::facts() const {
  const std::lock_guard lock(mutex_);
  return facts_;
}

void FakeJournal::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    came_.wait(lock, [this] { return stopping_ || (!held_ && !waiting_.empty()); });
    if (waiting_.empty()) return;
    auto done = std::move(waiting_.front());
    waiting_.pop_front();
    const auto number = ++number_;
    const bool fails = failing;
    lock.unlock();
    done(fails ? Result<std::uint64_t>(fail(ErrorCode::storage_full)) : Result<std::uint64_t>(number));
    done = nullptr;
    lock.lock();
  }
}

Result<> FakeFiles::check(std::string_view path) {
  if (path.starts_with('/')) return fail(ErrorCode::forbidden);
  return {};
}

Result<core::OpenedFile> FakeFiles::open(std::string_view path) {
  if (on_call) on_call();
  if (auto good = check(path); !good) return std::unexpected(good.error());
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(path);
  if (found == files_.end()) return fail(ErrorCode::not_found);
  core::OpenedFile file;
  file.fd.reset(::memfd_create("file", MFD_CLOEXEC));
  static_cast<void>(::write(file.fd.get(), found->second.data(), found->second.size()) + 1);
  file.name = path;
  file.size = found->second.size();
  return file;
}

Result<std::vector<core::FolderEntry>> FakeFiles::list(std::string_view path) {
  if (on_call) on_call();
  if (auto good = check(path); !good) return std::unexpected(good.error());
  const std::lock_guard lock(mutex_);
  std::vector<core::FolderEntry> entries;
  const std::string prefix = std::string(path) + "/";
  for (const auto& [name, content] : files_) {
    if (name.starts_with(prefix)) entries.push_back({name.substr(prefix.size()), false, content.size(), {}});
  }
  if (entries.empty()) return fail(ErrorCode::not_found);
  return entries;
}

Result<> FakeFiles::write(std::string_view path, std::string_view content) {
  if (on_call) on_call();
  if (auto good = check(path); !good) return good;
  if (is_full) return fail(ErrorCode::storage_full);
  const std::lock_guard lock(mutex_);
  files_.insert_or_assign(std::string(path), std::string(content));
  return {};
}

Result<> FakeFiles::append(std::string_view path, std::string_view content) {
  if (auto good = check(path); !good) return good;
  if (is_full) return fail(ErrorCode::storage_full);
  const std::lock_guard lock(mutex_);
  files_[std::string(path)] += content;
  return {};
}

Result<> FakeFiles::move(std::string_view from, std::string_view to) {
  if (auto good = check(from); !good) return good;
  if (auto good = check(to); !good) return good;
  const std::lock_guard lock(mutex_);
  auto node = files_.extract(std::string(from));
  if (!node) return fail(ErrorCode::not_found);
  node.key() = to;
  files_.insert(std::move(node));
  return {};
}

Result<> FakeFiles::remove(std::string_view path) {
  if (auto good = check(path); !good) return good;
  const std::lock_guard lock(mutex_);
  if (files_.erase(std::string(path)) == 0) return fail(ErrorCode::not_found);
  return {};
}

HostTest::HostTest() {
  options.folder = folder.path();
  options.threads = 2;
  options.recheck = std::chrono::milliseconds{0};
}

HostTest::~HostTest() {
  journal.release();
  host_.reset();
}

void HostTest::restart() { host_.reset(); }

Host& HostTest::host() {
  if (!host_) {
    auto opened = Host::open(options, journal, files, plugins, sources);
    if (!opened) throw std::runtime_error("no host");
    host_ = std::move(*opened);
  }
  return *host_;
}

std::future<core::ScriptEnd> HostTest::start(core::ScriptStart start) {
  auto promise = std::make_shared<std::promise<core::ScriptEnd>>();
  auto future = promise->get_future();
  const auto started =
      host().start(std::move(start), [promise](core::ScriptEnd end) { promise->set_value(std::move(end)); });
  if (!started) throw std::runtime_error("refused: " + std::string(core::name(started.error())));
  return future;
}

std::future<core::ScriptEnd> HostTest::start(const std::string& name, std::array<std::string, 5> parameters) {
  core::ScriptStart start;
  start.scenario = name;
  start.parameters = std::move(parameters);
  return this->start(std::move(start));
}

core::ScriptEnd HostTest::run(core::ScriptStart start) { return this->start(std::move(start)).get(); }

core::ScriptEnd HostTest::run(const std::string& name, std::array<std::string, 5> parameters) {
  return start(name, std::move(parameters)).get();
}

core::ScriptEnd HostTest::run_text(std::string_view text, std::array<std::string, 5> parameters) {
  write("Test", text);
  return run("Test", std::move(parameters));
}

std::string HostTest::value(std::string_view text, std::array<std::string, 5> parameters) {
  auto end = run_text(text, std::move(parameters));
  EXPECT_EQ(end.kind, core::ScriptEnd::Kind::finished) << end.error;
  return end.returns[0];
}

bool eventually(const std::function<bool()>& expression) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!expression()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  return true;
}

}  // namespace otklik::scenario
