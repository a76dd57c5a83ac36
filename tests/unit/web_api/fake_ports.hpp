#pragma once
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/base64.hpp"
#include "base/random.hpp"
#include "core/ports/authenticator.hpp"
#include "core/ports/avatars.hpp"
#include "core/ports/licensing.hpp"
#include "core/ports/script_files.hpp"
#include "core/ports/script_host.hpp"
#include "core/ports/stored_files.hpp"
#include "core/ports/temporary_passwords.hpp"
#include "core/ports/upload_store.hpp"

namespace otklik::test {

inline std::string basic(std::string_view login, std::string_view password) {
  return "Basic " + base64(std::string(login) + ":" + std::string(password));
}

inline std::shared_ptr<core::Identity> identity(std::string login, bool may_call = true) {
  auto who = std::make_shared<core::Identity>();
  who->user = *Uuid::parse("da803f01-ea77-40fa-bc9d-e2efb36fd5a8");
  who->login = std::move(login);
  if (may_call) who->privileges.add(core::Privilege::webapi_execute);
  return who;
}

struct FakeAuthenticator final : core::Authenticator {
  std::map<std::string, std::shared_ptr<const core::Identity>, std::less<>> remembered;  ///< by header value
  std::map<std::string, core::AuthResult, std::less<>> verified;
  core::AuthRefusal otherwise{core::AuthRefusal::Kind::wrong, {}};
  bool later = false;  ///< keep the callbacks for answer_all()
  std::vector<std::move_only_function<void()>> waiting;
  int verifications = 0;

  std::shared_ptr<const core::Identity> recall(std::string_view authorization) override {
    const auto at = remembered.find(authorization);
    return at == remembered.end() ? nullptr : at->second;
  }
  void verify(std::string_view authorization, const Address&,
              std::move_only_function<void(core::AuthResult)> done) override {
    ++verifications;
    const auto at = verified.find(authorization);
    core::AuthResult result = at == verified.end() ? core::AuthResult(std::unexpected(otherwise)) : at->second;
    if (!later) return done(std::move(result));
    waiting.push_back([done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
  }
  void answer_all() {
    for (auto& work : waiting) work();
    waiting.clear();
  }
};

struct FakePasswords final : core::TemporaryPasswords {
  std::map<std::string, std::shared_ptr<const core::Identity>, std::less<>> good;
  std::vector<core::TemporaryUse> shown_for;

  Result<std::string> issue(const core::Identity&) override { return fail(ErrorCode::forbidden); }
  std::shared_ptr<const core::Identity> redeem(std::string_view password, core::TemporaryUse use) override {
    shown_for.push_back(use);
    const auto at = good.find(password);
    return at == good.end() ? nullptr : at->second;
  }
};

struct FakeScripts final : core::ScriptHost {
  using Ended = std::move_only_function<void(core::ScriptEnd)>;
  std::map<std::string, core::ScriptEnd, std::less<>> ends_at_once;  ///< by name
  std::map<std::string, core::StartRefusal, std::less<>> refused;
  std::vector<core::ScriptStart> started;
  std::vector<Ended> running;  ///< those with no end of their own

  std::expected<Uuid, core::StartRefusal> start(core::ScriptStart start, Ended ended) override {
    if (const auto at = refused.find(start.scenario); at != refused.end()) return std::unexpected(at->second);
    started.push_back(start);
    const auto at = ends_at_once.find(start.scenario);
    if (start.scenario == "Echo") {
      ended({core::ScriptEnd::Kind::finished, {start.parameters[0], "", ""}, ""});
    } else if (at != ends_at_once.end()) {
      ended(at->second);
    } else {
      running.push_back(std::move(ended));
    }
    return Uuid::random();
  }
  void returns(std::string name, std::string one, std::string two = {}, std::string three = {}) {
    ends_at_once[std::move(name)] = {
        core::ScriptEnd::Kind::finished, {std::move(one), std::move(two), std::move(three)}, ""};
  }
};

/// Keeps uploads in memory, and answers at once.
struct FakeUploads final : core::UploadStore {
  struct Incoming {
    std::string name, bytes;
    std::optional<Error> trouble;
    bool ended = false;
  };
  std::vector<Incoming> files;  ///< of all uploads
  std::vector<core::UploadPlace> places;
  std::vector<core::UploadedFile> discarded;
  std::vector<core::UploadStart> begun;
  std::optional<Error> refusal;                       ///< of begin()
  bool lost = false;                                  ///< the disk has told that none will be kept
  std::map<std::string, Error, std::less<>> failing;  ///< by the file's name
  int abandoned = 0;

  struct Going final : core::Upload {
    explicit Going(FakeUploads& s) : store(s), first(s.files.size()) {}
    ~Going() override { store.abandoned += finished ? 0 : 1; }
    void begin_file(std::string name) override { store.files.push_back({std::move(name), {}, {}}); }
    void write(std::string_view bytes) override { store.files.back().bytes += bytes; }
    void end_file() override { store.files.back().ended = true; }
    void give_up_file(Error why) override { store.files.back().trouble = std::move(why); }
    [[nodiscard]] bool is_lost() const noexcept override { return store.lost; }
    void finish(core::UploadPlace place, std::move_only_function<void(std::vector<core::UploadedFile>)> done) override {
      finished = true;
      std::vector<core::UploadedFile> out;
      for (std::size_t i = first; i < store.files.size(); ++i) {
        const auto& file = store.files[i];
        core::UploadedFile uploaded;
        uploaded.name = file.name;
        uploaded.trouble = file.trouble;
        if (const auto at = store.failing.find(file.name); at != store.failing.end()) uploaded.trouble = at->second;
        uploaded.size = file.bytes.size();
        uploaded.path = "Place/" + file.name;
        uploaded.absolute_path = "/data/Place/" + file.name;
        out.push_back(std::move(uploaded));
      }
      store.places.push_back(std::move(place));
      done(std::move(out));
    }
    FakeUploads& store;
    std::size_t first;
    bool finished = false;
  };

  Result<std::unique_ptr<core::Upload>> begin(core::UploadStart start) override {
    if (refusal) return std::unexpected(*refusal);
    begun.push_back(std::move(start));
    return std::make_unique<Going>(*this);
  }
  Result<std::string> plain_subfolder(std::string_view spelt) const override {
    if (spelt.contains("..")) return fail(ErrorCode::forbidden);
    return std::string(spelt);
  }
  void discard(std::vector<core::UploadedFile> uploaded) override {
    for (auto& file : uploaded) discarded.push_back(std::move(file));
  }
};

/// A licence that a test writes itself. Seats of users are never over by themselves.
struct FakeLicensing final : core::Licensing {
  core::Standing now = open_licence();
  core::OfEachLicensed<core::Seats> seats{{core::Seats(core::Licensed::users), core::Seats(core::Licensed::operators),
                                           core::Seats(core::Licensed::inner_lines),
                                           core::Seats(core::Licensed::outer_lines)}};

  static core::Standing open_licence() {
    core::Standing standing;
    standing.terms.registration = "4815162";
    return standing;
  }
  void allow(core::Licensed what, core::Limit limit) {
    now.terms.limits[what] = limit;
    seats[what].set_limit(limit, core::Seats::Moment{0});
  }

  [[nodiscard]] std::shared_ptr<const core::Standing> standing() const override {
    return std::make_shared<const core::Standing>(now);
  }
  [[nodiscard]] core::OfEachLicensed<core::SeatUsage> usage() const override {
    auto copy = seats;
    core::OfEachLicensed<core::SeatUsage> usage;
    for (const auto what : core::all_licensed) usage[what] = copy[what].usage(core::Seats::Moment{0});
    return usage;
  }
  std::expected<void, core::SeatRefusal> note_request(const Uuid& user) override {
    constexpr core::Seats::Moment later{1};
    return seats[core::Licensed::users].keep_warm(user, later, core::Seats::Moment{0}, later);
  }
  std::expected<core::HeldSeat, core::SeatRefusal> take(core::Licensed what, const Uuid& holder) override {
    const auto held = seats[what].hold(holder, core::Seats::Moment{0}, core::Seats::Moment{1});
    if (!held) return std::unexpected(held.error());
    return core::HeldSeat(*this, what, holder);
  }
  void give_back(core::Licensed what, const Uuid& holder) noexcept override {
    seats[what].release(holder, core::Seats::Moment{0});
  }
};

struct FakeFiles final : core::ScriptFiles {
  struct Content {
    std::string bytes;
    bool uploaded = false;
  };
  std::map<std::string, std::variant<Content, ErrorCode>, std::less<>> files;

  Result<core::OpenedFile> open(std::string_view path) override {
    const auto at = files.find(path);
    if (at == files.end()) return fail(ErrorCode::not_found);
    if (const auto* code = std::get_if<ErrorCode>(&at->second)) return fail(*code);
    const auto& content = std::get<Content>(at->second);
    core::OpenedFile file;
    file.fd.reset(::memfd_create("file", MFD_CLOEXEC));
    static_cast<void>(!::write(file.fd.get(), content.bytes.data(), content.bytes.size()));
    file.name = path.substr(path.rfind('/') + 1);
    file.size = content.bytes.size();
    file.changed = Time(std::chrono::seconds(1'700'000'000));
    file.uploaded = content.uploaded;
    return file;
  }
  Result<std::vector<core::FolderEntry>> list(std::string_view) override { return fail(ErrorCode::not_found); }
  Result<> write(std::string_view, std::string_view) override { return fail(ErrorCode::forbidden); }
  Result<> append(std::string_view, std::string_view) override { return fail(ErrorCode::forbidden); }
  Result<> move(std::string_view, std::string_view) override { return fail(ErrorCode::forbidden); }
  Result<> remove(std::string_view) override { return fail(ErrorCode::forbidden); }
};

/// Answers at once with what `files` holds under what was asked for, and keeps what that was.
struct FakeStoredFiles final : core::StoredFiles {
  FakeFiles files;
  bool growing = false;
  std::vector<std::string> asked;  ///< `path …`, `storage …`, `shared …`, `recording …`, `voicemail … LOGIN`

  void open_path(std::string path, bool storage_only, Opened opened) override {
    answer((storage_only ? "storage " : "path ") + path, path, std::move(opened));
  }
  void open_shared(std::string path, Opened opened) override { answer("shared " + path, path, std::move(opened)); }
  void open_code(core::FileArea area, std::string code, Opened opened) override {
    answer(std::string(core::name(area)) + " " + code, code, std::move(opened));
  }
  void open_voicemail(std::string id, core::Identity who, Opened opened) override {
    answer("voicemail " + id + " " + who.login, id, std::move(opened));
  }

 private:
  void answer(std::string question, std::string_view path, Opened opened) {
    asked.push_back(std::move(question));
    auto file = files.open(path);
    if (file) file->growing = growing;
    opened(std::move(file));
  }
};

/// A folder that goes with the test.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_(std::filesystem::temp_directory_path() / ("otklik-" + random_text())) {
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] std::string path() const { return path_.string(); }
  void put(const std::string& name, std::string_view content) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary | std::ios::trunc) << content;
  }
  void remove(const std::string& name) const { std::filesystem::remove(path_ / name); }

 private:
  std::filesystem::path path_;
};

/// Answers at once with what `files` holds under the path, or else under the user.
struct FakeAvatars final : core::Avatars {
  FakeFiles files;
  std::vector<std::string> asked;  ///< `PATH USER`

  void open(std::string path, std::string user, Opened opened) override {
    asked.push_back(path + " " + user);
    auto file = files.open(path);
    const bool by_path = file.has_value();
    if (!by_path) file = files.open(user);
    if (file) file->address = by_path ? core::OpenedFile::Address::lasting : core::OpenedFile::Address::changing;
    opened(std::move(file));
  }
  [[nodiscard]] core::AvatarLinks links_of(const core::User&) const override { return {}; }
  void set(std::string, std::string, std::string, Done done) override { done(fail(ErrorCode::unavailable)); }
  void set_from_upload(std::string, std::string, std::string, Done done) override {
    done(fail(ErrorCode::unavailable));
  }
  void remove(std::string, std::string, Done done) override { done(fail(ErrorCode::unavailable)); }
};

}  // namespace otklik::test
