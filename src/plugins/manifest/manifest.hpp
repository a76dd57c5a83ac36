#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/uuid.hpp"
#include "plugins/manifest/value_type.hpp"

namespace otklik::plugins {

struct Input {
  std::string name;
  ValueType type = ValueType::string;
  std::string description;
  std::optional<std::string> default_value;  ///< JSON text; `null` fits too where it is the default
};

struct Output {
  std::string name;
  ValueType type = ValueType::string;
  std::string description;
  bool optional = false;
};

struct Form {
  Uuid id;
  std::string name;
  std::string description;
  std::optional<std::chrono::milliseconds> timeout;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
};

struct AskedFolder {
  std::string path;  ///< absolute, without `.` and `..`
  bool write = false;
  bool operator==(const AskedFolder&) const = default;
};

/// What a plugin needs beyond its own folder; nothing is given that was not asked for.
struct Asks {
  bool network = false;
  std::vector<AskedFolder> folders;
  std::optional<std::uint64_t> memory;  ///< bytes
  std::optional<std::uint64_t> processes;
  std::optional<std::uint64_t> open_files;
  std::optional<std::uint64_t> file_size;  ///< bytes
};

enum class StartWhen : std::uint8_t { on_demand, with_server };

/// manifest.json of a plugin (docs/plugins.md, "The manifest").
struct Manifest {
  static constexpr std::size_t most_bytes = std::size_t{1} << 20;

  Uuid id;
  std::string name;
  std::string version;
  std::string description;
  std::string program;
  std::vector<std::string> arguments;
  StartWhen start = StartWhen::on_demand;
  Asks asks;
  std::vector<Form> forms;

  /// By GUID or name; null: none.
  [[nodiscard]] const Form* find_form(std::string_view id_or_name) const noexcept;
};

/// Errors: `bad_request` with `file:line: field: what is wrong`, and the nearest known key for an unknown one. `file`
/// is for messages only.
Result<Manifest> parse_manifest(std::string_view text, std::string_view file);

}  // namespace otklik::plugins
