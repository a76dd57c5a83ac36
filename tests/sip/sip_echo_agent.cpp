// A program around the SIP agent for tests: answers calls with a fixed session and does what it is told, so that phones
// have something to talk to without the rest of the server.
//
// Arguments: KEY=VALUE … udp= tcp= tls= (ports, 0: any) cert= key= trusted= users= (NAME:PASSWORD,…) sha256= (0/1)
//   trunk= (ID-less: host:port:transport:user:password) failures= proven=…
// Standard output: a line for each fact, `Name key=value …`. Standard input: a line for each command, see do_line().
// What happens to an incoming call goes by the number: ring, busy, refuse603, early, late, offer; others are answered.
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>

#include <fmt/format.h>

#include "base/log.hpp"
#include "sip/agent.hpp"
#include "sip/digest/digest.hpp"

using namespace otklik;
using namespace otklik::sip;

namespace {

const std::string session =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0 101\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n";
const std::string held =
    "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8 0 101\r\n"
    "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=sendonly\r\n";

std::mutex output;

void say(const std::string& line) {
  const std::lock_guard lock(output);
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

struct Names {
  static std::string of(Unregistered::Why why) {
    switch (why) {
      case Unregistered::Why::asked:
        return "asked";
      case Unregistered::Why::expired:
        return "expired";
      case Unregistered::Why::displaced:
        return "displaced";
      case Unregistered::Why::disconnected:
        return "disconnected";
      case Unregistered::Why::silent:
        return "silent";
      case Unregistered::Why::dropped:
        return "dropped";
    }
    return "";
  }
  static std::string of(Ended::By by) {
    switch (by) {
      case Ended::By::us:
        return "us";
      case Ended::By::peer:
        return "peer";
      case Ended::By::limit:
        return "limit";
      case Ended::By::network:
        return "network";
      case Ended::By::agent:
        return "agent";
      case Ended::By::replaced:
        return "replaced";
    }
    return "";
  }
};

std::string first_line(const std::string& sdp, const std::string& of) {
  const auto at = sdp.find(of);
  return at == std::string::npos ? "-" : sdp.substr(at, sdp.find('\r', at) - at);
}

/// One fact as a line. Every kind has its overload: a new one that is forgotten here does not compile.
struct Line {
  std::string operator()(const Invited& f) const {
    return fmt::format("Invited dialog={} aor={} trunk={} from={} called={} replaces={} anonymous={} peer={} sdp={}",
                       f.dialog.text(), f.aor, f.trunk.is_nil() ? "-" : f.trunk.text(), f.from.number, f.called.number,
                       f.replaces ? f.replaces->text() : "-", f.anonymous, f.peer.text(), !f.sdp.empty());
  }
  std::string operator()(const Ringing& f) const {
    return fmt::format("Ringing dialog={} branch={}", f.dialog.text(), f.branch);
  }
  std::string operator()(const EarlyMedia& f) const {
    return fmt::format("EarlyMedia dialog={} branch={}", f.dialog.text(), f.branch);
  }
  std::string operator()(const Answered& f) const {
    return fmt::format("Answered dialog={} branch={} contact={} sdp={}", f.dialog.text(), f.branch, f.contact,
                       !f.sdp.empty());
  }
  std::string operator()(const Redirected& f) const {
    return fmt::format("Redirected dialog={} to={}", f.dialog.text(), f.to.empty() ? "-" : f.to.front().number);
  }
  std::string operator()(const Confirmed& f) const {
    return fmt::format("Confirmed dialog={} sdp={}", f.dialog.text(), !f.sdp.empty());
  }
  std::string operator()(const Ended& f) const {
    return fmt::format("Ended dialog={} cause={} by={} status={} answered={} reason={}", f.dialog.text(),
                       name_of(f.cause), Names::of(f.by), f.status, f.answered, f.reason);
  }
  std::string operator()(const Reoffered& f) const {
    return fmt::format("Reoffered dialog={} sdp={}", f.dialog.text(), !f.sdp.empty());
  }
  std::string operator()(const Held& f) const { return fmt::format("Held dialog={}", f.dialog.text()); }
  std::string operator()(const Resumed& f) const { return fmt::format("Resumed dialog={}", f.dialog.text()); }
  std::string operator()(const ReofferAnswered& f) const {
    return fmt::format("ReofferAnswered dialog={} media={}", f.dialog.text(), first_line(f.sdp, "m=audio"));
  }
  std::string operator()(const ReofferRefused& f) const {
    return fmt::format("ReofferRefused dialog={} status={}", f.dialog.text(), f.status);
  }
  std::string operator()(const Refused& f) const {
    return fmt::format("Refused dialog={} command={} status={} reason={}", f.dialog.text(), f.command, f.status,
                       f.reason);
  }
  std::string operator()(const DigitsCame& f) const {
    return fmt::format("DigitsCame dialog={} digits={}", f.dialog.text(), f.digits);
  }
  std::string operator()(const TransferAsked& f) const {
    return fmt::format("TransferAsked dialog={} transfer={} target={} replaces={} unknown={}", f.dialog.text(),
                       f.transfer, f.target.number, f.replaces ? f.replaces->text() : "-", f.unknown_replaces);
  }
  std::string operator()(const TransferProgressed& f) const {
    return fmt::format("TransferProgressed dialog={} status={} final={}", f.dialog.text(), f.status, f.final);
  }
  std::string operator()(const Replaced& f) const {
    return fmt::format("Replaced dialog={} by={}", f.dialog.text(), f.by.text());
  }
  std::string operator()(const Registered& f) const {
    return fmt::format("Registered aor={} contact={} received={} expires={} agent={}", f.aor, f.contact,
                       f.received.text(), f.expires.count(), f.user_agent);
  }
  std::string operator()(const Unregistered& f) const {
    return fmt::format("Unregistered aor={} contact={} why={}", f.aor, f.contact, Names::of(f.why));
  }
  std::string operator()(const SubscriptionOpened& f) const {
    return fmt::format("SubscriptionOpened event={} subject={}", f.event, f.subject);
  }
  std::string operator()(const SubscriptionClosed&) const { return "SubscriptionClosed"; }
  std::string operator()(const TrunkRegistered& f) const {
    return fmt::format("TrunkRegistered expires={}", f.expires.count());
  }
  std::string operator()(const TrunkFailed& f) const {
    return fmt::format("TrunkFailed status={} reason={}", f.status, f.reason);
  }
  std::string operator()(const TrunkUnregistered&) const { return "TrunkUnregistered"; }
  std::string operator()(const TrunkReachable& f) const {
    return fmt::format("TrunkReachable reachable={} status={}", f.reachable, f.status);
  }
};

class EchoAgent {
 public:
  bool start(const std::map<std::string, std::string>& settings);
  void serve();

 private:
  void happened(Fact fact);
  bool do_line(const std::string& line);
  void post(Command command) {
    if (!agent_->post(std::move(command))) say("not_taken");
  }

  std::unique_ptr<Agent> agent_;
  Uuid trunk_;
  bool quiet_ = false;
};

bool EchoAgent::start(const std::map<std::string, std::string>& settings) {
  const auto get = [&](const std::string& key, const std::string& otherwise = {}) {
    const auto at = settings.find(key);
    return at == settings.end() ? otherwise : at->second;
  };
  Options options;
  for (const auto& [name, transport] :
       {std::pair{"udp", Transport::udp}, std::pair{"tcp", Transport::tcp}, std::pair{"tls", Transport::tls}}) {
    if (settings.contains(name)) {
      options.listeners.push_back(
          {{get("host", "127.0.0.1"), static_cast<std::uint16_t>(std::stoi(get(name)))}, transport});
    }
  }
  if (settings.contains("cert")) options.tls = net::TlsFiles{get("cert"), get("key")};
  if (settings.contains("trusted")) options.limits.trusted.push_back(*Network::parse(get("trusted")));
  if (settings.contains("failures")) options.limits.failures_of_one = std::stoul(get("failures"));
  if (settings.contains("shortest")) options.registrar.shortest = std::chrono::seconds(std::stoi(get("shortest")));
  if (settings.contains("nonce")) options.registrar.nonce_life = std::chrono::seconds(std::stoi(get("nonce")));
  options.domain = "otklik.example";
  quiet_ = get("quiet") == "1";
  auto accounts = std::make_shared<Accounts>();
  std::istringstream users(get("users", "1001:secret,1002:secret,1003:secret"));
  for (std::string one; std::getline(users, one, ',');) {
    const auto colon = one.find(':');
    Account account;
    account.line = Uuid::random();
    account.aor = one.substr(0, colon);
    account.ha1_md5 = digest::ha1(digest::Algorithm::md5, account.aor, accounts->realm, one.substr(colon + 1));
    if (get("sha256") == "1")
      account.ha1_sha256 = digest::ha1(digest::Algorithm::sha256, account.aor, accounts->realm, one.substr(colon + 1));
    accounts->by_user[account.aor] = account;
  }
  for (int i = 0, most = std::stoi(get("many", "0")); i < most; ++i) {
    Account account;
    account.line = Uuid::random();
    account.aor = fmt::format("u{}", i);
    account.ha1_md5 = digest::ha1(digest::Algorithm::md5, account.aor, accounts->realm, "secret");
    accounts->by_user[account.aor] = account;
  }
  if (settings.contains("trunk")) {
    std::istringstream parts(get("trunk"));
    std::string port;
    std::string transport;
    Trunk trunk;
    trunk.id = trunk_ = Uuid::random();
    std::getline(parts, trunk.host, ':');
    std::getline(parts, port, ':');
    std::getline(parts, transport, ':');
    std::getline(parts, trunk.user, ':');
    std::getline(parts, trunk.password, ':');
    trunk.port = static_cast<std::uint16_t>(std::stoi(port));
    trunk.transport = transport == "tcp" ? Transport::tcp : transport == "tls" ? Transport::tls : Transport::udp;
    trunk.registers = true;
    trunk.verify_certificate = false;
    trunk.keep_alive = std::chrono::seconds(std::stoi(get("keepalive", "0")));
    accounts->trunks.push_back(trunk);
  }
  auto agent = Agent::start(std::move(options), std::move(accounts), [this](Fact fact) { happened(std::move(fact)); });
  if (!agent) {
    say("failed " + agent.error().message);
    return false;
  }
  agent_ = std::move(*agent);
  std::string line = "ready";
  for (const auto& listener : agent_->listening())
    line += fmt::format(" {}={}", name_of(listener.transport), listener.endpoint.port);
  say(line);
  return true;
}

void EchoAgent::happened(Fact fact) {
  if (!quiet_) say(std::visit(Line{}, fact));
  if (!agent_) return;
  if (const auto* invited = std::get_if<Invited>(&fact)) {
    const auto& number = invited->called.number;
    const auto id = invited->dialog;
    if (number == "busy") return post(Refuse{id, 0, Cause::busy, {}});
    if (number == "refuse603") return post(Refuse{id, 603, Cause::normal, {}});
    if (number == "away") return post(Refuse{id, 302, Cause::normal, "sip:1002@otklik.example"});
    if (number == "moved") {
      post(Ring{id, {}, true});
      return post(Refuse{id, 301, Cause::normal, "sip:1002@otklik.example"});
    }
    if (number == "astray") return post(Refuse{id, 302, Cause::normal, "nowhere>, <"});
    if (number == "silent") return;
    post(Ring{id, number == "early" ? session : std::string(), number != "early"});
    if (number == "ring") return;
    post(Answer{id, session});
  } else if (const auto* offered = std::get_if<Reoffered>(&fact)) {
    post(AnswerReoffer{offered->dialog, session});
  } else if (const auto* transfer = std::get_if<TransferAsked>(&fact)) {
    if (transfer->target.number == "never") return post(RefuseTransfer{transfer->dialog, transfer->transfer, 603});
    post(AcceptTransfer{transfer->dialog, transfer->transfer});
    post(TellTransfer{transfer->dialog, transfer->transfer, 180});
    post(TellTransfer{transfer->dialog, transfer->transfer, 200});
  }
}

bool EchoAgent::do_line(const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  std::string a;
  std::string b;
  words >> verb >> a >> b;
  const auto id = Uuid::parse(a).value_or(Uuid{});
  if (verb == "quit") return false;
  if (verb == "invite" || verb == "invite_trunk") {
    Invite call;
    call.dialog = Uuid::random();
    if (verb == "invite") {
      call.to = ToLine{a};
    } else {
      call.to = ToTrunk{trunk_};
    }
    call.from = {"5000", "Tester", ""};
    call.called = {a, "", ""};
    call.sdp = session;
    call.limit = std::chrono::seconds(b.empty() ? 30 : std::stoi(b));
    say("calling " + call.dialog.text());
    post(call);
  } else if (verb == "end") {
    post(End{id, Cause::normal, "Over"});
  } else if (verb == "hold") {
    post(Reinvite{id, held});
  } else if (verb == "resume") {
    post(Reinvite{id, session});
  } else if (verb == "digits") {
    post(SendDigits{id, b});
  } else if (verb == "talk") {
    post(PressKey{id, true});
  } else if (verb == "refer") {
    post(Refer{id, b, {}});
  } else if (verb == "lamp") {
    post(SetLamp{a,
                 b == "ringing"   ? SetLamp::State::ringing
                 : b == "talking" ? SetLamp::State::talking
                                  : SetLamp::State::idle,
                 {"5000", "Tester", ""},
                 {}});
  } else if (verb == "messages") {
    post(SetMessages{a, static_cast<std::uint32_t>(std::stoul(b)), 0, 0, 0});
  } else if (verb == "drop") {
    post(DropContact{a, b});
  } else if (verb == "register_trunk") {
    post(RegisterTrunk{trunk_});
  } else if (verb == "unregister_trunk") {
    post(UnregisterTrunk{trunk_});
  } else if (verb == "trace") {
    agent_->trace(id);
  } else if (verb == "traced") {
    for (const auto& message : agent_->traced(id)) {
      say(fmt::format("trace {} {}", message.incoming ? "in" : "out", message.text.substr(0, message.text.find('\r'))));
    }
    say("traced");
  } else if (verb == "figures") {
    const auto f = agent_->figures();
    say(fmt::format(
        "figures dialogs={} contacts={} connections={} malformed={} dropped={} wrong={} registers={} watchdog={}",
        f.dialogs, f.contacts, f.connections, f.malformed, f.dropped, f.wrong_credentials, f.registers, f.watchdog));
  } else {
    say("unknown " + verb);
  }
  return true;
}

void EchoAgent::serve() {
  for (std::string line; std::getline(std::cin, line);) {
    if (!do_line(line)) break;
  }
  agent_->stop();
  say("stopped");
}

}  // namespace

int main(int count, char** words) {
  log::start(log::Format::text, "warn");
  std::map<std::string, std::string> settings;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];  // NOLINT: as main() has it
    const auto equals = word.find('=');
    if (equals != std::string::npos) settings[word.substr(0, equals)] = word.substr(equals + 1);
  }
  EchoAgent agent;
  if (!agent.start(settings)) return 1;
  agent.serve();
  return 0;
}
