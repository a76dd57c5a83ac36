#include "demo.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "base/file.hpp"
#include "base/random.hpp"
#include "embedded.hpp"
#include "server.hpp"

namespace otklik::app {
namespace {

struct DemoRole {
  const char* name;
  std::vector<std::string> privileges;
};
struct DemoUser {
  const char *login, *name, *department, *role;
};

const DemoRole roles[] = {
    {"administrator", {"webapi.execute", "admin.manage", "supervise", "operate"}},
    {"supervisor", {"supervise", "operate"}},
    {"operator", {"operate"}},
    {"web-api", {"webapi.execute"}},
};
const DemoUser users[] = {
    {"admin", "Администратор", "Администрация", "administrator"},
    {"api", "Служебный доступ", "Администрация", "web-api"},
    {"ivan", "Иван Петров", "Продажи", "operator"},
    {"maria", "Мария Смирнова", "Продажи", "operator"},
    {"petr", "Пётр Волков", "Поддержка", "operator"},
    {"olga", "Ольга Лебедева", "Поддержка", "operator"},
    {"vera", "Вера Орлова", "Поддержка", "supervisor"},
};

/// Lines 16001 to 16006 with direct numbers 101 to 106, in this order.
const char* const people_with_phones[] = {"ivan", "maria", "petr", "olga", "vera", "admin"};

const Operation other_numbers[] = {
    {"number.add",
     {{"number", std::string("120")},
      {"name", std::string("Поддержка")},
      {"hunting", std::string("all")},
      {"targets", std::vector<std::string>{"number:103", "number:104"}},
      {"queue", std::int64_t{20}}}},
    {"number.add",
     {{"number", std::string("100")},
      {"name", std::string("Приветствие")},
      {"kind", std::string("ivr")},
      {"scenario", std::string("Greeting")}}},
    {"number.add",
     {{"number", std::string("130")},
      {"name", std::string("Конференция")},
      {"kind", std::string("special")},
      {"special", std::string("conference")}}},
    {"number.add",
     {{"number", std::string("190")},
      {"name", std::string("Голосовая почта")},
      {"kind", std::string("special")},
      {"special", std::string("voicemail")}}},
    {"number.add",
     {{"number", std::string("199")},
      {"name", std::string("Эхо")},
      {"kind", std::string("special")},
      {"special", std::string("echo")}}},
};

Result<> make_demo_phones(Server& server) {
  int place = 0;
  for (const std::string login : people_with_phones) {
    ++place;
    auto line = server.perform({"line.add",
                                {{"number", std::to_string(16000 + place)},
                                 {"user", login},
                                 {"workplace", "Рабочее место " + std::to_string(place)}}});
    if (!line) return std::unexpected(line.error());
    auto number = server.perform(
        {"number.add", {{"number", std::to_string(100 + place)}, {"targets", std::vector<std::string>{login}}}});
    if (!number) return std::unexpected(number.error());
  }
  for (const auto& operation : other_numbers) {
    if (auto added = server.perform(operation); !added) return std::unexpected(added.error());
  }
  return {};
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace

Result<> write_demo_files(const DataFolder& folder) {
  for (const auto& file : demo_files::files()) {
    const std::string path = folder.path() + "/" + std::string(file.path);
    if (exists(path)) continue;  // the administrator's own, or changed by him
    if (auto written = write_atomically(path, file.content, 0600); !written) {
      return fail(written.error().code, path + ": " + written.error().message);
    }
  }
  return {};
}

Result<> make_demo_company(Server& server, const DataFolder& folder) {
  const auto present = server.perform({"user.list", {}});
  if (!present) return std::unexpected(present.error());
  if (*present != "[]") return {};

  for (const auto& role : roles) {
    auto added = server.perform({"role.add", {{"name", std::string(role.name)}, {"privileges", role.privileges}}});
    if (!added && added.error().code != ErrorCode::conflict) return std::unexpected(added.error());
  }
  const char* given = std::getenv("OTKLIK_DEMO_PASSWORD");  // NOLINT(concurrency-mt-unsafe): nothing sets it
  std::string kept;
  for (const auto& user : users) {
    const std::string password = given != nullptr ? given : random_text(96);
    kept += std::string(user.login) + " " + password + "\n";
    auto added = server.perform({"user.add",
                                 {{"login", std::string(user.login)},
                                  {"name", std::string(user.name)},
                                  {"department", std::string(user.department)},
                                  {"roles", std::vector<std::string>{user.role}},
                                  {"password", password}}});
    if (!added) return std::unexpected(added.error());
  }
  if (auto made = make_demo_phones(server); !made) return made;
  for (const std::string login : {"petr", "olga"}) {
    auto entered = server.perform({"user.state", {{"login", login}, {"oncallcenter", true}}});
    if (!entered) return std::unexpected(entered.error());
  }
  return write_atomically(folder.demo_logins(), kept, 0600);
}

std::vector<DemoLogin> read_demo_logins(const DataFolder& folder) {
  std::vector<DemoLogin> logins;
  const auto text = read_file(folder.demo_logins(), 64 * 1024);
  if (!text) return logins;
  for (std::size_t begin = 0; begin < text->size();) {
    auto end = text->find('\n', begin);
    if (end == std::string::npos) end = text->size();
    const auto line = text->substr(begin, end - begin);
    if (const auto space = line.find(' '); space != std::string::npos) {
      logins.push_back({line.substr(0, space), line.substr(space + 1)});
    }
    begin = end + 1;
  }
  return logins;
}

}  // namespace otklik::app
