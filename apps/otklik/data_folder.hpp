#pragma once
#include <string>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace otklik::app {

/// The one folder that holds everything of an installation (docs: "The data folder").
class DataFolder {
 public:
  /// Makes what is missing, the folder itself with mode 0700 if it is new. Errors: `failed` with the path and the
  /// cause; `forbidden` when others may write to it.
  static Result<DataFolder> open(const std::string& path);

  /// Only one server works on a folder: `conflict` when another one holds it. Held until the program ends.
  Result<> lock();

  [[nodiscard]] const std::string& path() const noexcept { return path_; }  ///< absolute
  [[nodiscard]] std::string settings() const { return path_ + "/otklik.toml"; }
  [[nodiscard]] std::string database() const { return path_ + "/otklik.db"; }
  [[nodiscard]] std::string events() const { return path_ + "/events"; }
  [[nodiscard]] std::string www() const { return path_ + "/www"; }
  [[nodiscard]] std::string scenarios() const { return path_ + "/scenarios"; }
  [[nodiscard]] std::string plugins() const { return path_ + "/plugins"; }
  [[nodiscard]] std::string control_socket() const { return path_ + "/control.sock"; }
  [[nodiscard]] std::string demo_logins() const { return path_ + "/demo-logins.txt"; }
  [[nodiscard]] std::string link_key() const { return path_ + "/otklik.links.key"; }
  [[nodiscard]] std::string sip_key() const { return path_ + "/otklik.sip.key"; }
  [[nodiscard]] std::string tls() const { return path_ + "/tls"; }

 private:
  explicit DataFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
  UniqueFd lock_;
};

}  // namespace otklik::app
