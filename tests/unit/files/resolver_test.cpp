#include "files/resolver.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "files/zones.hpp"

namespace otklik::files {
namespace {

using namespace std::string_literals;

// A folder that is not there: the resolver asks no disk, and says the same.
constexpr const char* data = "/srv/otklik";

const Resolver& usual() {
  static const auto zones = Zones::make({.data_folder = data});
  return (*zones)->resolver();
}

struct Meant {
  std::string path;
  std::string_view zone;
  std::string_view name;
};

class SpellingThatIsOpen : public testing::TestWithParam<Meant> {};

TEST_P(SpellingThatIsOpen, leads_to_its_place) {
  const auto place = usual().resolve(GetParam().path);
  ASSERT_TRUE(place) << GetParam().path;
  EXPECT_EQ(place->zone->name, GetParam().zone);
  EXPECT_EQ(place->name, GetParam().name);
}

const Meant open_spellings[] = {
    // relative to the data folder
    {"Temp/a.txt", "temp", "a.txt"},
    {"./Temp/a.txt", "temp", "a.txt"},
    {"Temp/./a.txt", "temp", "a.txt"},
    {"Temp//a.txt", "temp", "a.txt"},
    {"Temp/UploadData/x/1.jpg", "temp", "UploadData/x/1.jpg"},
    {"temp/a.txt", "temp", "a.txt"},
    {"TEMP/a.txt", "temp", "a.txt"},
    {"LocalStorage/Shared/1.png", "storage", "Shared/1.png"},
    {"localstorage/Shared/1.png", "storage", "Shared/1.png"},
    {"RecordedFiles/20261122/1504/a.wav", "recordings", "20261122/1504/a.wav"},
    {"Fax/1.tif", "faxes", "1.tif"},
    {"VoiceMail/1.wav", "voicemail", "1.wav"},
    {"Temp/a/../b.txt", "temp", "b.txt"},
    {"Temp/../Fax/1.tif", "faxes", "1.tif"},
    {"events/../Temp/a.txt", "temp", "a.txt"},
    {"Temp", "temp", ""},
    {"Temp/", "temp", ""},
    {"Temp/.", "temp", ""},
    {"Temp/... /a", "temp", "... /a"},
    {"Temp/имя файла.txt", "temp", "имя файла.txt"},
    {"Temp/\xE8\xEC\xFF.txt", "temp", "имя.txt"},
    {"Temp/%2e%2e/a", "temp", "%2e%2e/a"},
    {"Temp/a:b.txt", "temp", "a:b.txt"},
    // relative to the storage
    {"photo.jpg", "storage", "photo.jpg"},
    {"Shared/photo.jpg", "storage", "Shared/photo.jpg"},
    {"MessageFiles/2026/a.txt", "storage", "MessageFiles/2026/a.txt"},
    {"etc/passwd", "storage", "etc/passwd"},
    {"Shared/../photo.jpg", "storage", "photo.jpg"},
    {"..a/b", "storage", "..a/b"},
    {"a..b", "storage", "a..b"},
    // absolute
    {"/srv/otklik/Temp/a.txt", "temp", "a.txt"},
    {"/srv/otklik/./Temp//a.txt", "temp", "a.txt"},
    {"//srv/otklik/Temp/a.txt", "temp", "a.txt"},
    {"/srv/../srv/otklik/Temp/a.txt", "temp", "a.txt"},
    {"/../srv/otklik/Temp/a.txt", "temp", "a.txt"},
    {"/srv/otklik/events/../Temp/a.txt", "temp", "a.txt"},
    {"/srv/otklik/LocalStorage", "storage", ""},
    {"../otklik/Temp/a.txt", "temp", "a.txt"},
    {"../../srv/otklik/Temp/a.txt", "temp", "a.txt"},
    // the vendor's server
    {R"(Temp\a.txt)", "temp", "a.txt"},
    {R"(Temp\UploadData\1.jpg)", "temp", "UploadData/1.jpg"},
    {R"(.\Temp\a.txt)", "temp", "a.txt"},
    {R"(\LocalStorage\Shared\1.png)", "storage", "Shared/1.png"},
    {R"(\RecordedFiles\x.wav)", "recordings", "x.wav"},
    {R"(..\Server\RecordedFiles\x.wav)", "recordings", "x.wav"},
    {R"(..\server\recordedfiles\x.wav)", "recordings", "x.wav"},
    {"../Server/RecordedFiles/x.wav", "recordings", "x.wav"},
    {R"(C:\Oktell\Temp\UploadData\1.jpg)", "temp", "UploadData/1.jpg"},
    {R"(c:\oktell\temp\1.jpg)", "temp", "1.jpg"},
    {R"(C:\Program Files (x86)\Oktell\Server\RecordedFiles\20120928\0946\x.wav)", "recordings", "20120928/0946/x.wav"},
    {R"(D:\Temp\Oktell\Server\RecordedFiles\x.wav)", "recordings", "x.wav"},
    {R"(D:/Oktell/Server/LocalStorage/Shared/1.png)", "storage", "Shared/1.png"},
    {R"(C:\Oktell\Server\LocalStorage\Temp\1.png)", "storage", "Temp/1.png"},
    {R"(C:\Oktell\Server\..\Server\Fax\1.tif)", "faxes", "1.tif"},
    {R"(C:\Oktell\Server\VoiceMail\)", "voicemail", ""},
};
INSTANTIATE_TEST_SUITE_P(table, SpellingThatIsOpen, testing::ValuesIn(open_spellings));

class SpellingThatLeadsOut : public testing::TestWithParam<std::string> {};

TEST_P(SpellingThatLeadsOut, is_refused) {
  const auto place = usual().resolve(GetParam());
  ASSERT_FALSE(place) << GetParam() << " → " << place->zone->name << " : " << place->name;
  EXPECT_EQ(place.error().code, ErrorCode::forbidden);
  // Nothing of the path, and nothing that tells one refusal from another.
  EXPECT_EQ(place.error().message, "The path lies outside of the open folders");
}

const std::string escapes[] = {
    // the machine
    "/etc/passwd",
    "//etc/passwd",
    "///etc/passwd",
    "/./etc/passwd",
    "/../etc/passwd",
    "/etc/../etc/passwd",
    "/etc//passwd",
    "/etc/passwd/",
    "/etc/passwd/.",
    "/ETC/PASSWD",
    "/etc",
    "/",
    "//",
    "/.",
    "/..",
    "/tmp/x",
    "/root/.ssh/id_ed25519",
    "/proc/self/environ",
    "/proc/self/fd/3",
    "/proc/1/root/etc/passwd",
    "/dev/mem",
    "/dev/stdin",
    "/sys/kernel/x",
    "../etc/passwd",
    "../../etc/passwd",
    "../../../etc/passwd",
    "../../../../../../../../etc/passwd",
    "./../../../etc/passwd",
    ".././../etc/passwd",
    "Temp/../../../etc/passwd",
    "Temp/../../../../etc/passwd",
    "Temp/./../../../etc/passwd",
    "Temp//..//..//..//etc/passwd",
    "Temp/a/b/../../../../../etc/passwd",
    "LocalStorage/../../../etc/passwd",
    "LocalStorage/Shared/../../../../etc/passwd",
    "RecordedFiles/../../../etc/passwd",
    "photo.jpg/../../../../etc/passwd",
    "/srv/otklik/Temp/../../../etc/passwd",
    "/srv/otklik/LocalStorage/../../../etc/shadow",
    "/srv/otklik/../../etc/passwd",
    "/srv",
    "/srv/",
    "/srv/other/file",
    "/srv/otklik2/Temp/a",
    "/srv/otklikTemp/a",
    "/srv/otklik/Temp2/a",
    "/srv/otklik/Temporary/a",
    "/srv/otklik/LocalStorage2/a",
    "/Temp/a.txt",
    "/RecordedFiles/x.wav",
    "/LocalStorage/Shared/1.png",
    "/SRV/OTKLIK/Temp/a.txt",
    // the same by Windows' habits
    R"(\etc\passwd)",
    R"(..\etc\passwd)",
    R"(..\..\..\etc\passwd)",
    R"(Temp\..\..\..\etc\passwd)",
    R"(Temp/..\..\../etc/passwd)",
    R"(Temp\../..\..\etc\passwd)",
    R"(..\Server\..\..\..\etc\passwd)",
    R"(..\Server\RecordedFiles\..\..\..\..\etc\passwd)",
    R"(\RecordedFiles\..\..\etc\passwd)",
    R"(\..\etc\passwd)",
    R"(\LocalStorage\..\otklik.db)",
    R"(\Windows\win.ini)",
    R"(\)",
    R"(\.)",
    R"(\..)",
    R"(C:\Windows\System32\config\SAM)",
    R"(C:\etc\passwd)",
    R"(C:\boot.ini)",
    R"(C:\)",
    "C:/",
    "C:",
    "C:.",
    "C:..",
    R"(C:Temp\a.txt)",
    "C:Temp/a.txt",
    R"(C:..\Temp\a.txt)",
    R"(c:otklik.db)",
    R"(C:\..\Temp\a.txt)",
    "C:/../Temp/a",
    R"(C:\Oktell\Server\otklik.db)",
    R"(C:\Oktell\Server\otklik.toml)",
    R"(C:\Oktell\Server\scenarios\Echo.lua)",
    R"(C:\Oktell\Server\RecordedFiles\..\otklik.db)",
    R"(C:\Oktell\Server\Temp\..\..\..\..\..\etc\passwd)",
    R"(C:\Oktell\Server\Settings.xml)",
    R"(C:\Oktell\Server\Recorded\x)",
    R"(\\server\share\RecordedFiles\x.wav)",
    R"(\\?\C:\Oktell\Temp\a.txt)",
    R"(\\.\PhysicalDrive0)",
    R"(\\.\pipe\x)",
    R"(\\localhost\c$\Oktell\Temp\a)",
    R"(\/server/share/Temp/a)",
    R"(/\server\share\Temp\a)",
    R"(\\)",
    R"(\\\Temp\a)",
    R"(\\?\UNC\server\share\Temp\a)",
    R"(\??\C:\Temp\a)",
    // our own secrets
    "otklik.db",
    "./otklik.db",
    "OTKLIK.DB",
    "Otklik.Db",
    "otklik.db-wal",
    "otklik.db-shm",
    "otklik.db-journal",
    "otklik.db.",
    "otklik.db ",
    "otklik.db...",
    "otklik.db::$DATA",
    "otklik.toml",
    "OTKLIK.TOML",
    "otklik.toml::$DATA",
    "otklik.sock",
    "otklik.lock",
    "otklik.toml.new-abc",
    "demo-logins.txt",
    "Demo-Logins.TXT",
    "demo-logins.txt.",
    "licence.xml",
    "LICENCE.XML",
    "licence-keys.pem",
    "otklik.registration",
    "events",
    "events/",
    "Events/000001.log",
    "EVENTS/000001.log",
    "events/..//events/x",
    "scenarios/Echo.lua",
    "Scenarios/Echo.lua",
    "scenarios",
    "plugins/x/manifest.json",
    "PLUGINS/x",
    "tls/key.pem",
    "TLS/key.pem",
    "tls /key.pem",
    "tls./key.pem",
    "www/test.html",
    "www/test.html.execsvcscriptplain",
    "WWW/test.html",
    "Temp/../otklik.db",
    "Temp/../OTKLIK.DB",
    "Temp/x/../../otklik.toml",
    "LocalStorage/../events/1",
    "Fax/../tls/key.pem",
    "VoiceMail/../demo-logins.txt",
    "RecordedFiles/../licence.xml",
    "LocalStorage/Shared/../../otklik.db",
    "photo.jpg/../../LocalStorage/../otklik.db",
    "/srv/otklik/otklik.db",
    "/srv/otklik/otklik.toml",
    "/srv/otklik",
    "/srv/otklik/",
    "/srv/otklik/.",
    "/srv/otklik/events/1",
    "/srv/otklik/Temp/../otklik.db",
    "/srv/otklik//otklik.db",
    "/srv/otklik/./otklik.db",
    "/srv/otklik/tls/key.pem",
    "/srv/otklik/demo-logins.txt",
    "/srv/otklik/www/index.html",
    "/srv/otklik/scenarios/Echo.lua",
    "/srv/otklik/anything",
    "/srv/OTKLIK/otklik.db",
    "../otklik/otklik.db",
    "../../srv/otklik/otklik.db",
    R"(..\Server\otklik.db)",
    R"(..\Server\Settings\x)",
    R"(..\Server)",
    R"(..\Server\)",
    R"(..\..\Server\RecordedFiles\x.wav)",
    R"(..\RecordedFiles\x.wav)",
    R"(..\Client\Temp\a)",
    R"(.\otklik.db)",
    R"(Temp\..\otklik.db)",
    R"(LocalStorage\..\..\otklik\otklik.db)",
    R"(\otklik.db)",
    R"(events\000001.log)",
    // hooks, wherever they lie
    "Temp/test.html.execsvcscriptplain",
    "LocalStorage/x.EXECSVCSCRIPTPLAIN",
    "LocalStorage/x.execsvcscriptplain.",
    "LocalStorage/x.execsvcscriptplain ",
    "LocalStorage/x.execsvcscriptplain::$DATA",
    "page.execsvcscriptplain",
    // no path at all
    "",
    ".",
    "..",
    "./",
    "../",
    "./.",
    "../..",
    "Temp/..",
    "Temp/../.",
    "Temp/../",
    "\0"s,
    "Temp/a\0.txt"s,
    "Temp/\0/../../etc/passwd"s,
    "/etc/passwd\0.txt"s,
    "Temp/a\nb",
    "Temp/a\rb",
    "Temp/\tb",
    "Temp/\x7F",
    "Temp/\x01",
    "Temp/" + std::string(300, 'a'),
    std::string(5000, 'a'),
    std::string(3000, '/') + "etc/passwd",
    std::string(1300, '.') + "/" + std::string(300, 'b'),
    [] {
      std::string deep = "Temp";
      for (int i = 0; i < 400; ++i) deep += "/..";
      return deep + "/etc/passwd";
    }(),
};
INSTANTIATE_TEST_SUITE_P(table, SpellingThatLeadsOut, testing::ValuesIn(escapes));

TEST(Resolver, knows_over_two_hundred_spellings) {
  EXPECT_GE(std::size(escapes) + std::size(open_spellings), 200U);
  EXPECT_GE(std::size(escapes), 180U);
}

TEST(Resolver, refuses_over_long_utf8_dots_as_the_letters_that_they_are) {
  // Not UTF-8, so read as Windows-1251: a name of Cyrillic letters, and no dots.
  const auto place = usual().resolve("Temp/\xC0\xAE\xC0\xAE/\xC0\xAE\xC0\xAE/etc/passwd");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->name, "А®А®/А®А®/etc/passwd");
}

TEST(Resolver, closes_a_known_folder_whose_zone_is_not_open) {
  const auto zones = Zones::make({.data_folder = data, .script_zones = {"temp", "storage"}, .script_writable = {}});
  const auto& resolver = (*zones)->resolver();
  EXPECT_FALSE(resolver.resolve("Fax/1.tif"));
  EXPECT_FALSE(resolver.resolve(R"(C:\Oktell\Server\RecordedFiles\x.wav)"));
  EXPECT_FALSE(resolver.resolve("/srv/otklik/VoiceMail/1.wav"));
  EXPECT_TRUE(resolver.resolve("Temp/a"));
}

TEST(Resolver, follows_the_storage_to_where_the_settings_put_it) {
  const auto zones = Zones::make({.data_folder = data, .storage_folder = "/mnt/files"});
  const auto& resolver = (*zones)->resolver();
  for (const char* path : {"LocalStorage/Shared/1.png", "Shared/1.png", "/mnt/files/Shared/1.png",
                           "/srv/otklik/LocalStorage/Shared/1.png", R"(\LocalStorage\Shared\1.png)"}) {
    const auto place = resolver.resolve(path);
    ASSERT_TRUE(place) << path;
    EXPECT_EQ(place->zone->name, "storage") << path;
    EXPECT_EQ(place->zone->spellings.front(), "/mnt/files") << path;
    EXPECT_EQ(place->name, "Shared/1.png") << path;
  }
  EXPECT_FALSE(resolver.resolve("/mnt/files2/x"));
}

TEST(Resolver, wants_the_storage_where_nothing_of_the_server_itself_lies) {
  for (const char* storage :
       {"/srv/otklik", "/srv", "/srv/otklik/./", "/", "/srv/otklik/scenarios", "/srv/otklik/tls/x"}) {
    EXPECT_FALSE(
        Zones::make({.data_folder = data, .storage_folder = storage, .script_zones = {}, .script_writable = {}}))
        << storage;
  }
  for (const char* storage :
       {"/srv/otklik/LocalStorage", "/srv/otklik/Files", "/srv/otklik/www/files", "/srv/otklik2"}) {
    EXPECT_TRUE(
        Zones::make({.data_folder = data, .storage_folder = storage, .script_zones = {}, .script_writable = {}}))
        << storage;
  }
}

TEST(Resolver, opens_a_folder_that_the_administrator_adds) {
  const auto zones = Zones::make(
      {.data_folder = data, .script_zones = {"temp", "/opt/price/", "/srv/otklik/reports"}, .script_writable = {}});
  ASSERT_TRUE(zones) << zones.error().message;
  const auto& resolver = (*zones)->resolver();
  EXPECT_EQ(resolver.resolve("/opt/price/2026.xlsx")->name, "2026.xlsx");
  EXPECT_EQ(resolver.resolve("reports/a.csv")->zone->name, "/srv/otklik/reports");
  EXPECT_EQ(resolver.resolve("/srv/otklik/reports/a.csv")->name, "a.csv");
  EXPECT_FALSE(resolver.resolve("/opt/prices/2026.xlsx"));
  EXPECT_FALSE(resolver.resolve("/opt/price/../x"));
}

TEST(Resolver, keeps_secrets_closed_whatever_is_opened) {
  const auto zones = Zones::make({.data_folder = data,
                                  .script_zones = {"*", "/srv/otklik/www", "/opt"},
                                  .script_writable = {},
                                  .secret_paths = {"/etc/otklik/otklik.toml", "/etc/otklik/keys"}});
  ASSERT_TRUE(zones) << zones.error().message;
  const auto& resolver = (*zones)->resolver();
  EXPECT_EQ(resolver.resolve("/etc/passwd")->name, "etc/passwd");
  EXPECT_EQ(resolver.resolve("www/index.html")->name, "index.html");
  EXPECT_EQ(resolver.resolve("/opt/x")->zone->name, "/opt");
  for (const char* path :
       {"otklik.db", "/srv/otklik/otklik.db", "/srv/OTKLIK/otklik.db", "/SRV/otklik/OTKLIK.DB", "events/1",
        "/srv/otklik/scenarios/Echo.lua", "www/test.html.execsvcscriptplain", "/srv/otklik/www/a.ExecSvcScriptPlain",
        "/etc/otklik/otklik.toml", "/etc/otklik/keys/server.pem", "/etc/otklik/keys", "/etc/Otklik/KEYS/x",
        "/proc/self/environ", "/proc", "/dev/sda", "/sys/x", "/srv/otklik", "/srv/otklik/new-secret"}) {
    EXPECT_FALSE(resolver.resolve(path)) << path;
  }
}

TEST(Zones, refuses_settings_that_would_open_a_secret) {
  for (const char* zone : {"/srv/otklik", "/srv/otklik/", "/srv/otklik/events", "/srv/otklik/scenarios/sub",
                           "/srv/otklik/tls", "/proc", "relative/folder", "fax", ""}) {
    const auto zones = Zones::make({.data_folder = data, .script_zones = {zone}, .script_writable = {}});
    ASSERT_FALSE(zones) << zone;
    EXPECT_EQ(zones.error().code, ErrorCode::bad_request);
  }
  EXPECT_FALSE(Zones::make({.data_folder = "relative"}));
  EXPECT_FALSE(Zones::make({.data_folder = data, .script_zones = {"temp"}, .script_writable = {"storage"}}));
}

}  // namespace
}  // namespace otklik::files
