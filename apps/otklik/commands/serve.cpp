#include <sys/resource.h>

#include <csignal>

#include "base/build_info.hpp"
#include "base/log.hpp"
#include "demo.hpp"
#include "server.hpp"
#include "commands/commands.hpp"

namespace otklik::app {
namespace {

struct ServeOptions {
  std::vector<std::string> listen;
  std::string sip;
  bool demo = false;
  int threads = -1;
};

/// The signals that end or reload a server. Blocked before the first thread, so that only wait() sees them.
class Signals {
 public:
  Signals() {
    sigemptyset(&set_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);  // NOLINT(cert-err33-c)
  }
  [[nodiscard]] int wait() const {
    int signal = 0;
    while (sigwait(&set_, &signal) != 0) {
    }
    return signal;
  }

 private:
  sigset_t set_{};
};

/// Each connection is a descriptor: as many as the system lets this user have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));  // refused: the soft limit stays, which is no reason to stop
}

void greet(Server& server, const DataFolder& folder) {
  const auto logins = read_demo_logins(folder);
  const std::string base = server.base_url();
  if (logins.empty() || base.empty()) return;
  std::printf("\nThe demo company's logins (kept in %s):\n", folder.demo_logins().c_str());
  std::string api_password;
  for (const auto& [login, password] : logins) {
    std::printf("  %-8s %s\n", login.c_str(), password.c_str());
    if (login == "api") api_password = password;
  }
  if (const auto lines = server.perform({"line.list", {}}); lines && *lines != "[]") {
    std::printf("\nIts phones (otklik line list):\n%s\n", for_people(*lines).c_str());
  }
  std::printf("\nTry:\n  curl 'http://api:%s@%s/execsvcscriptplain?name=Echo&startparam1=Hello'\n",
              api_password.c_str(), base.substr(std::string_view("http://").size()).c_str());
  std::printf("  a browser at %s/test.html\n\n", base.c_str());
  std::fflush(stdout);
}

int serve(const Shell& shell, const ServeOptions& options) {
  const Signals signals;
  raise_descriptor_limit();
  auto folder = DataFolder::open(shell.data);
  if (!folder) return Shell::fail_with(folder.error());
  auto settings = LiveSettings::read({.folder = &*folder,
                                      .file = shell.config,
                                      .assignments = shell.assignments,
                                      .demo = options.demo,
                                      .listen = options.listen,
                                      .sip = options.sip,
                                      .threads = options.threads});
  if (!settings) return Shell::fail_with(settings.error());
  log::start((*settings)->now()->log_form(), (*settings)->now()->log_level);

  if (options.demo) {
    if (auto written = write_demo_files(*folder); !written) return Shell::fail_with(written.error());
  }
  auto server = Server::open(*folder, std::move(*settings));
  if (!server) return Shell::fail_with(server.error());
  if (options.demo) {
    if (auto made = make_demo_company(**server, *folder); !made) return Shell::fail_with(made.error());
  }
  if (auto listening = (*server)->listen(options.demo); !listening) return Shell::fail_with(listening.error());
  if (options.demo) greet(**server, *folder);
  std::puts("ready");
  std::fflush(stdout);

  for (;;) {
    const int signal = signals.wait();
    if (signal == SIGHUP) {
      static_cast<void>((*server)->reload());  // the log has it
      continue;
    }
    log::info("stopping: running requests have up to {} s", (*server)->configuration()->stop_time.count() / 1000);
    (*server)->stop();
    log::stop();
    return 0;
  }
}

}  // namespace

void add_serve_command(CLI::App& app, Shell& shell) {
  auto* command =
      add_command(app, shell, "serve", "Serve until SIGTERM; SIGHUP reloads settings, certificates and scripts");
  const auto options = std::make_shared<ServeOptions>();
  command
      ->add_option("--listen", options->listen,
                   "host:port for HTTP instead of the settings'; repeat it; port 0: any free one")
      ->allow_extra_args(false);
  command->add_option("--sip", options->sip,
                      "host:port for SIP by UDP and TCP instead of the settings'; TLS on the next port; port 0: any free one");
  command->add_flag("--demo", options->demo,
                    "Make a demo company in an empty data folder, listen on the loopback only");
  command->add_option("--threads", options->threads, "Loops that serve connections; 0: one for each core")
      ->check(CLI::Range(0, 256));
  command->callback([&shell, options] { shell.chosen = [&shell, options] { return serve(shell, *options); }; });
}

}  // namespace otklik::app
