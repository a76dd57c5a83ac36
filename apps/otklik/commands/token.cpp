#include "base/settings.hpp"
#include "commands/commands.hpp"

namespace otklik::app {
namespace {

struct TokenOptions {
  std::string login, name, id, lifetime;
  std::vector<std::string> scopes;
};

}  // namespace

void add_token_commands(CLI::App& app, Shell& shell) {
  auto* tokens = app.add_subcommand("token", "API tokens: Authorization: Bearer …");
  tokens->require_subcommand(1);
  const auto options = std::make_shared<TokenOptions>();

  auto* create = add_command(*tokens, shell, "create", "Make a token; it is shown this once");
  create->add_option("login", options->login, "The user on whose behalf it works")->required();
  create->add_option("--name", options->name, "What it is for")->required();
  create->add_option("--scope", options->scopes, "A privilege it is limited to; repeat it; default: all of the user's")
      ->allow_extra_args(false);
  create->add_option("--expires", options->lifetime, "Its lifetime, such as 24h or 365d; default: it does not expire");
  create->callback([&shell, options, create] {
    shell.chosen = [&shell, options, create] {
      Operation op{"token.create", {{"login", options->login}, {"name", options->name}}};
      if (create->count("--scope") != 0) op.arguments.emplace("scopes", options->scopes);
      if (create->count("--expires") != 0) {
        const auto lifetime = parse_duration(options->lifetime);
        if (!lifetime) return Shell::fail_with({ErrorCode::bad_request, "--expires: " + lifetime.error().message});
        op.arguments.emplace("lifetime_seconds", std::int64_t{lifetime->count() / 1000});
      }
      return shell.perform(op);
    };
  });

  auto* list = add_command(*tokens, shell, "list", "Tokens, without their secrets");
  list->add_option("login", options->login, "Only this user's");
  list->callback([&shell, options, list] {
    shell.chosen = [&shell, options, list] {
      Operation op{"token.list", {}};
      if (list->count("login") != 0) op.arguments.emplace("login", options->login);
      return shell.perform(op);
    };
  });

  auto* revoke = add_command(*tokens, shell, "revoke", "Make a token worthless at once");
  revoke->add_option("id", options->id, "Its id, as the list shows it")->required();
  revoke->callback([&shell, options] {
    shell.chosen = [&shell, options] { return shell.perform({"token.revoke", {{"id", options->id}}}); };
  });
}

}  // namespace otklik::app
