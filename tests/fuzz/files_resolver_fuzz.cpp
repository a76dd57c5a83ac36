// Whatever a scenario or a client writes as a path leads into a zone or is refused. Checked with a second, simpler
// reading of what came out: the place's full path, taken apart again, has to lie below the zone's folder and be no
// secret.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/beneath.hpp"
#include "files/zones.hpp"

namespace {

using namespace otklik;
using namespace otklik::files;

void require(bool holds) {
  if (!holds) std::abort();
}

const Resolver& resolver(bool everything) {
  static const auto usual = Zones::make({.data_folder = "/srv/otklik", .storage_folder = "/mnt/files"}).value();
  static const auto all =
      Zones::make({.data_folder = "/srv/otklik", .script_zones = {"storage", "*"}, .script_writable = {}}).value();
  return (everything ? all : usual)->resolver();
}

/// As getsharedfile has it: relative paths are tried in the shared folder too.
const Resolver& shared() {
  static const Resolver the_one({"/srv/otklik", "/mnt/files", {"/srv/key.pem"}, {"/mnt/files/Shared"}},
                                {Zone{"shared", {"/mnt/files/Shared", "/srv/otklik/LocalStorage/Shared"}},
                                 Zone{"uploads", {"/srv/otklik/Temp/UploadData"}}});
  return the_one;
}

void check(const Resolver& from, const Place& place);

void check(const Resolver& from, std::string_view path) {
  const auto places = from.meanings(path);
  const auto likeliest = from.resolve(path);
  require(likeliest.has_value() != places.empty());
  if (!likeliest) require(likeliest.error().code == ErrorCode::forbidden);
  for (const auto& place : places) check(from, place);
}

void check(const Resolver& from, const Place& place) {
  require(place.zone != nullptr);
  const std::string folder = place.zone->spellings.front();
  if (place.name.empty()) return;
  require(is_confined_name(place.name));
  const std::string whole = (folder == "/" ? "" : folder) + "/" + place.name;
  require(plain_path(whole) == whole);
  require(!from.is_secret(whole));
  require(whole.find("otklik.db") == std::string::npos || !whole.starts_with("/srv/otklik/otklik.db"));
  // What came out, put in again, is the same place: there is one reading of a path.
  const auto again = from.resolve(whole);
  require(again && again->name == place.name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view path(reinterpret_cast<const char*>(data), size);  // NOLINT: the fuzzer's own shape
  check(resolver(false), path);
  check(resolver(true), path);
  check(shared(), path);
  return 0;
}
