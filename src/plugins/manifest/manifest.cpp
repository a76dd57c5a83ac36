#include "plugins/manifest/manifest.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <set>

#include "base/beneath.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"
#include "plugins/manifest/json_tree.hpp"

namespace otklik::plugins {
namespace {

constexpr std::size_t most_name_bytes = 128;
constexpr std::size_t most_text_bytes = 4096;
constexpr std::size_t most_forms = 1000;
constexpr std::size_t most_parameters = 256;
constexpr std::size_t most_arguments = 256;
constexpr std::size_t most_folders = 64;
constexpr double most_seconds = 24 * 3600;

/// Reads on after a mistake, with whatever stands for the wrong value; the first mistake is what is told.
class ManifestReader {
 public:
  explicit ManifestReader(std::string_view file) : file_(file) {}

  /// Empty: all is well.
  [[nodiscard]] std::string& mistake() noexcept { return mistake_; }

  Manifest read(const JsonNode& root) {
    if (root.kind != JsonNode::Kind::object) {
      wrong(root.line, "", "a manifest is an object");
      return {};
    }
    keys(root, "", {"id", "name", "version", "description", "program", "arguments", "start", "asks", "forms"});
    Manifest out;
    out.id = guid(root, "", "id");
    out.name = text(root, "", "name", most_name_bytes);
    out.version = text(root, "", "version", most_name_bytes);
    out.description = description(root, "");
    out.program = program(root);
    out.arguments = arguments(root);
    out.start = start(root);
    if (const auto* node = root.member("asks")) out.asks = asks(*node);
    const auto& forms = list(root, "", "forms", most_forms);
    std::set<Uuid> ids;
    std::set<std::string> names;
    for (std::size_t i = 0; i < forms.children.size(); ++i) {
      const auto path = fmt::format("forms[{}]", i);
      const auto& node = forms.children[i];
      out.forms.push_back(form(node, path));
      const auto& made = out.forms.back();
      if (!ids.insert(made.id).second) wrong(node.line, path + ".id", "another form has this id");
      if (!names.insert(made.name).second) wrong(node.line, path + ".name", "another form has this name");
    }
    return out;
  }

 private:
  void wrong(int line, std::string_view field, std::string_view why) {
    if (!mistake_.empty()) return;
    mistake_ = field.empty() ? fmt::format("{}:{}: {}", file_, line, why)
                             : fmt::format("{}:{}: {}: {}", file_, line, field, why);
  }

  static std::string below(std::string_view path, std::string_view key) {
    return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
  }

  void keys(const JsonNode& object, std::string_view path, std::initializer_list<std::string_view> known) {
    for (const auto& child : object.children) {
      if (!mistake_.empty()) return;
      if (std::ranges::find(known, child.key) != known.end()) continue;
      const auto near = nearest_name(child.key, known);
      wrong(child.key_line, below(path, child.key.substr(0, most_name_bytes)),
            near.empty() ? "unknown key" : fmt::format("unknown key; did you mean \"{}\"?", near));
    }
  }

  const JsonNode& required(const JsonNode& object, std::string_view path, std::string_view key) {
    static const JsonNode none;
    const auto* node = object.member(key);
    if (node == nullptr) wrong(object.line, below(path, key), "missing");
    return node == nullptr ? none : *node;
  }

  std::string text_of(const JsonNode& node, const std::string& path, std::size_t most, bool may_be_empty = false) {
    if (node.kind != JsonNode::Kind::string) wrong(node.line, path, "a text belongs here");
    if (node.text.empty() && !may_be_empty) wrong(node.line, path, "empty");
    if (node.text.size() > most) wrong(node.line, path, fmt::format("longer than {} bytes", most));
    if (node.text.find('\0') != std::string::npos) wrong(node.line, path, "holds a NUL");
    return node.text;
  }

  std::string text(const JsonNode& object, std::string_view path, std::string_view key, std::size_t most) {
    auto out = text_of(required(object, path, key), below(path, key), most);
    if (std::ranges::any_of(out, [](char c) { return static_cast<unsigned char>(c) < 0x20; })) {
      wrong(required(object, path, key).line, below(path, key), "holds a control character");
    }
    return out;
  }

  std::string description(const JsonNode& object, std::string_view path) {
    const auto* node = object.member("description");
    return node == nullptr ? std::string() : text_of(*node, below(path, "description"), most_text_bytes, true);
  }

  Uuid guid(const JsonNode& object, std::string_view path, std::string_view key) {
    const auto& node = required(object, path, key);
    const auto id = Uuid::parse(text_of(node, below(path, key), most_name_bytes));
    if (!id || id->is_nil()) wrong(node.line, below(path, key), "no GUID");
    return id.value_or(Uuid{});
  }

  bool flag(const JsonNode& node, const std::string& path) {
    if (node.kind != JsonNode::Kind::boolean) wrong(node.line, path, "true or false belongs here");
    return node.raw == "true";
  }

  const JsonNode& list(const JsonNode& object, std::string_view path, std::string_view key, std::size_t most) {
    static const JsonNode none;
    const auto* node = object.member(key);
    if (node == nullptr) {
      if (key == "forms") wrong(object.line, below(path, key), "missing");
      return none;
    }
    if (node->kind != JsonNode::Kind::array) wrong(node->line, below(path, key), "a list belongs here");
    if (node->children.size() > most) wrong(node->line, below(path, key), fmt::format("more than {}", most));
    return *node;
  }

  std::string program(const JsonNode& root) {
    const auto& node = required(root, "", "program");
    auto out = text_of(node, "program", most_text_bytes);
    const bool in_folder = out.starts_with("./") && is_confined_name(std::string_view(out).substr(2));
    if (!in_folder && out.find('/') != std::string::npos) {
      wrong(node.line, "program", "a file of the folder (./name), or a name without slashes to look for");
    }
    if (!in_folder && !is_confined_name(out)) wrong(node.line, "program", "no name of a program");
    return out;
  }

  std::vector<std::string> arguments(const JsonNode& root) {
    std::vector<std::string> out;
    const auto& nodes = list(root, "", "arguments", most_arguments).children;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      out.push_back(text_of(nodes[i], fmt::format("arguments[{}]", i), most_text_bytes, true));
    }
    return out;
  }

  StartWhen start(const JsonNode& root) {
    const auto* node = root.member("start");
    if (node == nullptr) return StartWhen::on_demand;
    const auto word = text_of(*node, "start", most_name_bytes);
    if (word == "on_demand") return StartWhen::on_demand;
    if (word == "with_server") return StartWhen::with_server;
    wrong(node->line, "start", "on_demand or with_server");
    return StartWhen::on_demand;
  }

  Asks asks(const JsonNode& node) {
    if (node.kind != JsonNode::Kind::object) wrong(node.line, "asks", "an object belongs here");
    keys(node, "asks", {"network", "folders", "memory", "processes", "open_files", "file_size"});
    Asks out;
    if (const auto* network = node.member("network")) out.network = flag(*network, "asks.network");
    const auto& folders = list(node, "asks", "folders", most_folders).children;
    for (std::size_t i = 0; i < folders.size(); ++i) {
      out.folders.push_back(folder(folders[i], fmt::format("asks.folders[{}]", i)));
    }
    constexpr std::uint64_t a_mebibyte = std::uint64_t{1} << 20;
    out.memory = whole(node, "memory", 16 * a_mebibyte, std::uint64_t{1} << 50);
    out.processes = whole(node, "processes", 1, 100'000);
    out.open_files = whole(node, "open_files", 16, 1'000'000);
    out.file_size = whole(node, "file_size", 0, std::uint64_t{1} << 50);
    return out;
  }

  AskedFolder folder(const JsonNode& node, const std::string& path) {
    if (node.kind != JsonNode::Kind::object) wrong(node.line, path, "an object belongs here");
    keys(node, path, {"path", "write"});
    AskedFolder out;
    const auto& named = required(node, path, "path");
    out.path = text_of(named, path + ".path", most_text_bytes);
    while (out.path.size() > 1 && out.path.ends_with('/')) out.path.pop_back();
    if (!out.path.starts_with('/') || !is_confined_name(std::string_view(out.path).substr(1))) {
      wrong(named.line, path + ".path", "an absolute path below / without . and .. belongs here");
    }
    if (const auto* write = node.member("write")) out.write = flag(*write, path + ".write");
    return out;
  }

  std::optional<std::uint64_t> whole(const JsonNode& object, std::string_view key, std::uint64_t least,
                                     std::uint64_t most) {
    const auto* node = object.member(key);
    if (node == nullptr) return std::nullopt;
    simdjson::dom::parser parser;
    std::uint64_t value = 0;
    if (node->kind != JsonNode::Kind::number ||
        parser.parse(node->raw.data(), node->raw.size()).get(value) != simdjson::SUCCESS || value < least ||
        value > most) {
      wrong(node->line, below("asks", key), fmt::format("a whole number from {} to {} belongs here", least, most));
    }
    return value;
  }

  Form form(const JsonNode& node, const std::string& path) {
    if (node.kind != JsonNode::Kind::object) wrong(node.line, path, "an object belongs here");
    keys(node, path, {"id", "name", "description", "timeout", "inputs", "outputs"});
    Form out;
    out.id = guid(node, path, "id");
    out.name = text(node, path, "name", most_name_bytes);
    out.description = description(node, path);
    out.timeout = seconds(node, path);
    std::set<std::string> names;
    const auto& inputs = list(node, path, "inputs", most_parameters).children;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const auto where = fmt::format("{}.inputs[{}]", path, i);
      out.inputs.push_back(input(inputs[i], where));
      if (!names.insert(out.inputs.back().name).second) wrong(inputs[i].line, where + ".name", "stands twice");
    }
    names.clear();
    const auto& outputs = list(node, path, "outputs", most_parameters).children;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const auto where = fmt::format("{}.outputs[{}]", path, i);
      out.outputs.push_back(output(outputs[i], where));
      if (!names.insert(out.outputs.back().name).second) wrong(outputs[i].line, where + ".name", "stands twice");
    }
    return out;
  }

  std::optional<std::chrono::milliseconds> seconds(const JsonNode& form, const std::string& path) {
    const auto* node = form.member("timeout");
    if (node == nullptr) return std::nullopt;
    simdjson::dom::parser parser;
    double value = 0;
    if (node->kind != JsonNode::Kind::number ||
        parser.parse(node->raw.data(), node->raw.size()).get(value) != simdjson::SUCCESS || !(value >= 0.001) ||
        value > most_seconds) {
      wrong(node->line, path + ".timeout", "a number of seconds from 0.001 to 86400 belongs here");
    }
    return std::chrono::milliseconds(std::llround(value * 1000));
  }

  ValueType type(const JsonNode& node, const std::string& path) {
    const auto& named = required(node, path, "type");
    const auto word = text_of(named, path + ".type", most_name_bytes);
    if (const auto found = value_type_named(word)) return *found;
    std::vector<std::string_view> known;
    for (const auto each : all_value_types) known.push_back(plugins::name(each));
    const auto near = nearest_name(word, known);
    wrong(named.line, path + ".type",
          fmt::format("unknown type \"{}\"; {}", word,
                      near.empty() ? fmt::format("there are {}", fmt::join(known, ", "))
                                   : fmt::format("did you mean \"{}\"?", near)));
    return ValueType::string;
  }

  Input input(const JsonNode& node, const std::string& path) {
    if (node.kind != JsonNode::Kind::object) wrong(node.line, path, "an object belongs here");
    keys(node, path, {"name", "type", "description", "default"});
    Input out;
    out.name = text(node, path, "name", most_name_bytes);
    out.type = type(node, path);
    out.description = description(node, path);
    if (const auto* given = node.member("default")) {
      simdjson::dom::parser parser;
      simdjson::dom::element value;
      if (parser.parse(given->raw.data(), given->raw.size()).get(value) != simdjson::SUCCESS) {
        wrong(given->line, path + ".default", "no JSON");
        return out;
      }
      if (!value.is_null() && !is_of(value, out.type)) {
        wrong(given->line, path + ".default", fmt::format("not of the type {}", plugins::name(out.type)));
      }
      out.default_value = simdjson::minify(value);
    }
    return out;
  }

  Output output(const JsonNode& node, const std::string& path) {
    if (node.kind != JsonNode::Kind::object) wrong(node.line, path, "an object belongs here");
    keys(node, path, {"name", "type", "description", "optional"});
    Output out;
    out.name = text(node, path, "name", most_name_bytes);
    out.type = type(node, path);
    out.description = description(node, path);
    if (const auto* given = node.member("optional")) out.optional = flag(*given, path + ".optional");
    return out;
  }

  std::string_view file_;
  std::string mistake_;
};

}  // namespace

const Form* Manifest::find_form(std::string_view id_or_name) const noexcept {
  const auto wanted = Uuid::parse(id_or_name);
  for (const auto& form : forms) {
    if (wanted ? form.id == *wanted : form.name == id_or_name) return &form;
  }
  return nullptr;
}

Result<Manifest> parse_manifest(std::string_view text, std::string_view file) {
  if (text.size() > Manifest::most_bytes) return fail(ErrorCode::bad_request, fmt::format("{}: too large", file));
  const auto root = read_json_tree(text);
  if (!root) return fail(ErrorCode::bad_request, fmt::format("{}:{}", file, root.error().message));
  ManifestReader reader(file);
  auto manifest = reader.read(*root);
  if (!reader.mistake().empty()) return fail(ErrorCode::bad_request, std::move(reader.mistake()));
  return manifest;
}

}  // namespace otklik::plugins
