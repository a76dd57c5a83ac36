#include <simdjson.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>

#include "base/beneath.hpp"
#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/json_writer.hpp"
#include "base/new_file.hpp"
#include "configuration/live_settings.hpp"
#include "licence/certificate.hpp"
#include "licence/document.hpp"
#include "licence/judge.hpp"
#include "licence/keys.hpp"
#include "commands/commands.hpp"

namespace otklik::app {
namespace {

constexpr std::size_t largest_key_file = 256 * 1024;

struct LicenceOptions {
  std::string file, out;
  std::string private_key, public_key, keys;
  std::string registration, owner, versions = "*", machine;
  std::string from, to = "31.12.9999", confirm = "31.12.9999", updates = "31.12.9999";
  core::OfEachLicensed<std::string> limits{{"unlimited", "unlimited", "unlimited", "unlimited"}};
};

core::Date today() { return std::chrono::floor<std::chrono::days>(WallClock().now()); }

/// Errors name the file as the user typed it.
Result<std::string> read_named(const std::string& path, std::size_t limit) {
  auto text = read_file(path, limit);
  if (!text) return fail(text.error().code, path + ": " + text.error().message);
  return text;
}

/// Never over a file that is there: a key that is gone does not come back.
Result<> write_new(const std::string& path, std::string_view content, unsigned mode) {
  const auto slash = path.rfind('/');
  const std::string folder_name = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const auto named = [&](const Error& error) {
    return fail(error.code, path + ": " + (error.code == ErrorCode::conflict ? "is there already" : error.message));
  };
  auto folder = Folder::open(folder_name);
  if (!folder) return named(folder.error());
  auto file = NewFile::create(std::move(*folder), mode);
  if (!file) return named(file.error());
  if (auto written = file->write(content); !written) return named(written.error());
  if (auto kept = file->commit(path.substr(slash + 1), NewFile::Existing::keep); !kept) return named(kept.error());
  return {};
}

Result<licence::PrivateKey> read_private_key(const std::string& path) {
  struct stat about{};
  if (::stat(path.c_str(), &about) == 0 && (about.st_mode & 077) != 0) {
    return fail(ErrorCode::forbidden, path + " can be read by others on this machine: chmod 600 it");
  }
  const auto text = read_named(path, largest_key_file);
  if (!text) return std::unexpected(text.error());
  auto key = licence::PrivateKey::read(*text);
  if (!key) return fail(key.error().code, path + ": " + key.error().message);
  return key;
}

int make_keys(const Shell& shell, const LicenceOptions& options) {
  for (const auto& path : {options.private_key, options.public_key}) {
    if (::access(path.c_str(), F_OK) == 0) return Shell::fail_with({ErrorCode::conflict, path + ": is there already"});
  }
  const auto key = licence::PrivateKey::make();
  const auto public_key = key.public_key();
  if (auto written = write_new(options.private_key, key.pem(), 0600); !written)
    return Shell::fail_with(written.error());
  if (auto written = write_new(options.public_key, public_key.pem(), 0644); !written) {
    ::unlink(options.private_key.c_str());  // made just now, and nobody has used it
    return Shell::fail_with(written.error());
  }
  std::string out;
  JsonWriter(out)
      .begin_object()
      .field("key", public_key.id())
      .field("private", options.private_key)
      .field("public", options.public_key)
      .end_object();
  shell.print(out);
  return 0;
}

Result<core::Date> date_option(std::string_view option, const std::string& text) {
  if (const auto date = core::parse_date(text)) return *date;
  return fail(ErrorCode::bad_request, std::string(option) + ": \"" + text + "\" is no date: it takes dd.MM.yyyy");
}

Result<core::Limit> limit_option(core::Licensed what, const std::string& text) {
  if (text == "unlimited") return core::Limit{};
  std::uint32_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec == std::errc() && read.ptr == text.data() + text.size()) return core::Limit{value};
  return fail(ErrorCode::bad_request,
              std::string(core::name(what)) + ": \"" + text + "\" is no limit: it takes a number or unlimited");
}

Result<core::Terms> terms_of(const LicenceOptions& options) {
  core::Terms terms;
  terms.registration = options.registration;
  terms.owner = options.owner;
  terms.versions = options.versions;
  terms.machine = options.machine;
  terms.not_before = today();
  if (!options.from.empty()) {
    const auto from = date_option("--from", options.from);
    if (!from) return std::unexpected(from.error());
    terms.not_before = *from;
  }
  struct Row {
    std::string_view option;
    const std::string& text;
    core::Date& into;
  };
  for (const auto& row : {Row{"--to", options.to, terms.not_after}, Row{"--confirm", options.confirm, terms.confirm},
                          Row{"--updates", options.updates, terms.update_limit}}) {
    const auto date = date_option(row.option, row.text);
    if (!date) return std::unexpected(date.error());
    row.into = *date;
  }
  for (const auto what : core::all_licensed) {
    const auto limit = limit_option(what, options.limits[what]);
    if (!limit) return std::unexpected(limit.error());
    terms.limits[what] = *limit;
  }
  if (auto good = licence::check_terms(terms); !good) return std::unexpected(good.error());
  return terms;
}

int issue(const Shell& shell, const LicenceOptions& options) {
  auto terms = terms_of(options);
  if (!terms) return Shell::fail_with(terms.error());
  const auto key = read_private_key(options.private_key);
  if (!key) return Shell::fail_with(key.error());
  licence::Certificate certificate{std::move(*terms), key->public_key().id(), {}};
  certificate.signature = key->sign(licence::signed_bytes(certificate));
  const std::string text = licence::certificate_text(certificate);
  if (options.out.empty() && !shell.json) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
  }
  if (!options.out.empty()) {
    if (auto written = write_new(options.out, text, 0644); !written) return Shell::fail_with(written.error());
  }
  std::string out;
  JsonWriter json(out);
  json.begin_object()
      .field("registration", certificate.terms.registration)
      .field("owner", certificate.terms.owner)
      .field("issuer", certificate.issuer);
  if (options.out.empty()) {
    json.field("certificate", text);
  } else {
    json.field("file", options.out);
  }
  json.end_object();
  shell.print(out);
  return 0;
}

Result<std::vector<licence::PublicKey>> keys_for(const Configuration& configuration, const std::string& keys) {
  const std::string path = keys.empty() ? configuration.licence.trusted_keys_path() : keys;
  const auto text = read_named(path, largest_key_file);
  if (!text) return std::unexpected(text.error());
  auto read = licence::read_public_keys(*text);
  if (!read) return fail(read.error().code, path + ": " + read.error().message);
  return read;
}

/// Needs no server, and with keys of its own no data folder: what `install` would say here and today.
int verify(const Shell& shell, const LicenceOptions& options) {
  auto configuration = std::make_shared<const Configuration>();
  if (options.keys.empty() || ::access(shell.data.c_str(), F_OK) == 0) {
    const auto folder = DataFolder::open(shell.data);
    if (!folder) return Shell::fail_with(folder.error());
    const auto settings =
        LiveSettings::read({.folder = &*folder, .file = shell.config, .assignments = shell.assignments});
    if (!settings) return Shell::fail_with(settings.error());
    configuration = (*settings)->now();
  }
  const auto text = read_named(options.file, licence::largest_document);
  if (!text) return Shell::fail_with(text.error());
  const auto keys = keys_for(*configuration, options.keys);
  if (!keys) return Shell::fail_with(keys.error());
  const auto place = licence::this_place(licence::machine_mark(configuration->licence.machine_id), today());
  const auto certificate = licence::judge(*text, *keys, place);
  if (!certificate) {
    auto why = core::explain(certificate.error());
    return Shell::fail_with({ErrorCode::failed, configuration->language == "ru" ? why.ru : why.en});
  }
  const auto& terms = certificate->terms;
  std::string out;
  JsonWriter json(out);
  json.begin_object()
      .field("holds", true)
      .field("registration", terms.registration)
      .field("owner", terms.owner)
      .field("issuer", certificate->issuer)
      .field("versions", terms.versions)
      .field("machine", terms.machine)
      .field("from", core::date_text(*terms.not_before))
      .field("to", core::date_text(terms.not_after))
      .field("confirm", core::date_text(terms.confirm))
      .field("updates", core::date_text(terms.update_limit));
  for (const auto what : core::all_licensed) {
    json.key(core::name(what));
    if (const auto limit = terms.limits[what]) {
      json.value(*limit);
    } else {
      json.value("unlimited");
    }
  }
  json.end_object();
  shell.print(out);
  return 0;
}

/// For people the page of the licence; for programs everything.
int print_page(const Shell& shell, const Operation& operation) {
  const auto answer = shell.ask(operation);
  if (!answer) return Shell::fail_with(answer.error());
  simdjson::dom::parser parser;
  simdjson::dom::element fields;
  std::string_view text;
  std::string_view machine;
  if (shell.json || parser.parse(*answer).get(fields) != simdjson::SUCCESS ||
      fields["text"].get(text) != simdjson::SUCCESS) {
    shell.print(*answer);
    return 0;
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  if (fields["thismachine"].get(machine) == simdjson::SUCCESS && !machine.empty()) {
    std::string_view language;
    const bool russian = fields["language"].get(language) == simdjson::SUCCESS && language == "ru";
    std::printf("\n%s: %.*s\n", russian ? "Эта машина" : "This machine", static_cast<int>(machine.size()),
                machine.data());
  }
  return 0;
}

int install(const Shell& shell, const LicenceOptions& options) {
  const auto text = read_named(options.file, licence::largest_document);
  if (!text) return Shell::fail_with(text.error());
  return print_page(shell, {"licence.install", {{"certificate", *text}}});
}

void add_issue(CLI::App& licences, Shell& shell, const std::shared_ptr<LicenceOptions>& options) {
  using core::Licensed;
  auto* issue_command = add_command(licences, shell, "issue", "Issue a certificate");
  issue_command->add_option("--key", options->private_key, "File with the private key (keygen)")->required();
  issue_command->add_option("--registration", options->registration, "Registration number, 7 digits")->required();
  issue_command->add_option("--owner", options->owner, "Who holds the licence")->required();
  issue_command->add_option("--versions", options->versions, "Versions it covers: * all, 1 or 1.2 those that begin so")
      ->capture_default_str();
  issue_command->add_option("--machine", options->machine,
                            "Only for this machine, as its `otklik licence show` prints it; default: any");
  issue_command->add_option("--from", options->from, "Its first day, dd.MM.yyyy, UTC; default: today");
  issue_command->add_option("--to", options->to, "Its last day")->capture_default_str();
  issue_command->add_option("--confirm", options->confirm, "When it is next to be confirmed")->capture_default_str();
  issue_command->add_option("--updates", options->updates, "Builds up to this date are covered")->capture_default_str();
  constexpr std::array<std::pair<Licensed, const char*>, 4> limits{{{Licensed::users, "--users"},
                                                                    {Licensed::operators, "--operators"},
                                                                    {Licensed::inner_lines, "--inner-lines"},
                                                                    {Licensed::outer_lines, "--outer-lines"}}};
  for (const auto& [what, option] : limits) {
    issue_command->add_option(option, options->limits[what], "At once: a number, or unlimited")->capture_default_str();
  }
  issue_command->add_option("--out", options->out, "A new file for it; default: standard output");
  issue_command->callback([&shell, options] { shell.chosen = [&shell, options] { return issue(shell, *options); }; });
}

}  // namespace

void add_licence_commands(CLI::App& app, Shell& shell) {
  auto* licences = app.add_subcommand("licence", "The licence of this server, and certificates for others");
  licences->require_subcommand(1);
  const auto options = std::make_shared<LicenceOptions>();

  add_command(*licences, shell, "show", "Which licence holds, what it allows and what is used")->callback([&shell] {
    shell.chosen = [&shell] { return print_page(shell, {"licence.show", {}}); };
  });

  auto* install_command = add_command(*licences, shell, "install", "Put a certificate into the data folder");
  install_command->add_option("file", options->file, "The certificate")->required();
  install_command->callback(
      [&shell, options] { shell.chosen = [&shell, options] { return install(shell, *options); }; });

  auto* verify_command = add_command(*licences, shell, "verify", "Whether a certificate would hold here and today");
  verify_command->add_option("file", options->file, "The certificate")->required();
  verify_command->add_option("--keys", options->keys,
                             "PEM file with trusted public keys; default: the setting licence.trusted_keys");
  verify_command->callback([&shell, options] { shell.chosen = [&shell, options] { return verify(shell, *options); }; });

  add_issue(*licences, shell, options);

  auto* keygen = add_command(*licences, shell, "keygen", "Make a pair of keys for issuing certificates");
  keygen->add_option("--private", options->private_key, "A new file for the private key")->required();
  keygen->add_option("--public", options->public_key, "A new file for the public key")->required();
  keygen->callback([&shell, options] { shell.chosen = [&shell, options] { return make_keys(shell, *options); }; });
}

}  // namespace otklik::app
