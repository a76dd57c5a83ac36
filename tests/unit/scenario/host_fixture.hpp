#pragma once
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/random.hpp"
#include "no_plugins.hpp"
#include "scenario/host.hpp"

namespace otklik::scenario {

/// A folder of its own for each test, gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_(std::filesystem::temp_directory_path() / ("otklik-scenario-" + random_text(64))) {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] std::string path() const { return path_.string(); }
  void write(const std::string& name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

/// Keeps what it is told, and answers on a thread of its own, as the event log does.
class FakeJournal final : public core::Journal {
 public:
  FakeJournal();
  ~FakeJournal() override;

  void tell(core::EventBody fact) override;
  void tell(core::EventBody fact, core::Durability durability,
            std::move_only_function<void(Result<std::uint64_t>)> done) override;
  [[nodiscard]] bool accepts() const noexcept override { return accepting; }

  /// While held, nothing is answered.
  void hold();
  void release();
  [[nodiscard]] std::vector<core::EventBody> facts() const;
  template <class Fact>
  [[nodiscard]] std::vector<Fact> all() const {
    std::vector<Fact> found;
    for (const auto& fact : facts()) {
      if (const auto* one = std::get_if<Fact>(&fact)) found.push_back(*one);
    }
    return found;
  }

  std::atomic<bool> accepting{true};
  std::atomic<bool> failing{false};       ///< answers `storage_full` instead of a number
  std::atomic<bool> keeping{true};        ///< false: forgets the facts at once
  std::atomic<std::thread::id> asked_by;  ///< who told the newest fact that was to be answered

 private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable came_;
  std::vector<core::EventBody> facts_;
  std::deque<std::move_only_function<void(Result<std::uint64_t>)>> waiting_;
  std::uint64_t number_ = 0;
  bool held_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

/// Files in memory; a path that begins with `/` is outside of the zones.
class FakeFiles final : public core::ScriptFiles {
 public:
  Result<core::OpenedFile> open(std::string_view path) override;
  Result<std::vector<core::FolderEntry>> list(std::string_view path) override;
  Result<> write(std::string_view path, std::string_view content) override;
  Result<> append(std::string_view path, std::string_view content) override;
  Result<> move(std::string_view from, std::string_view to) override;
  Result<> remove(std::string_view path) override;

  std::atomic<bool> is_full{false};
  /// Runs at the beginning of each call, on the thread of the call.
  std::function<void()> on_call;

 private:
  [[nodiscard]] static Result<> check(std::string_view path);

  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> files_;
};

/// A host over a temporary folder.
class HostTest : public ::testing::Test {
 protected:
  HostTest();
  ~HostTest() override;

  /// Made at the first use, with `options`.
  Host& host();
  /// Ends the host; the next use makes another with the `options` of then.
  void restart();
  void write(const std::string& name, std::string_view text) { folder.write(name + ".lua", text); }

  /// Starts it and waits for its end.
  core::ScriptEnd run(const std::string& name, std::array<std::string, 5> parameters = {});
  core::ScriptEnd run(core::ScriptStart start);
  /// Writes `text` as a scenario of that name and runs it.
  core::ScriptEnd run_text(std::string_view text, std::array<std::string, 5> parameters = {});
  /// Starts it; the end comes into the future.
  std::future<core::ScriptEnd> start(core::ScriptStart start);
  std::future<core::ScriptEnd> start(const std::string& name, std::array<std::string, 5> parameters = {});
  /// Return value 1 of a run that must finish.
  std::string value(std::string_view text, std::array<std::string, 5> parameters = {});

  TemporaryFolder folder;
  FakeJournal journal;
  FakeFiles files;
  test::NoPlugins plugins;
  Options options;
  std::map<std::string, SqlSource> sources;

 private:
  std::unique_ptr<Host> host_;
};

/// `expression` becomes true before long. It is polled: for what nobody announces.
bool eventually(const std::function<bool()>& expression);

}  // namespace otklik::scenario
