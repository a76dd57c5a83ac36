#pragma once
#include <chrono>
#include <string>

#include "licence/machine_mark.hpp"

namespace otklik::licence {

struct Options {
  std::string data_folder;   ///< not a setting: the server's; `licence.xml` and the registration number lie there
  std::string trusted_keys;  ///< PEM file with the public keys of those who may issue; empty: licence-keys.pem there
  std::string machine_id{machine_id_file};  ///< not a setting: a file of the system's
  /// How long a user who came without a session holds his seat after a request.
  std::chrono::milliseconds seat_time{300'000};
  /// How often the certificate, the keys and the day are looked at; not a setting: it costs two looks at small files.
  std::chrono::milliseconds look_every{1000};

  [[nodiscard]] std::string certificate_path() const { return data_folder + "/licence.xml"; }
  [[nodiscard]] std::string trusted_keys_path() const {
    return trusted_keys.empty() ? data_folder + "/licence-keys.pem" : trusted_keys;
  }
  bool operator==(const Options&) const = default;
};

}  // namespace otklik::licence
