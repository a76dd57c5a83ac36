#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/uuid.hpp"
#include "core/calls/cause.hpp"
#include "core/calls/commands.hpp"
#include "core/calls/party.hpp"

/// What calls ask of the rest of the exchange, and tell it. The machine answers from the plan, the directory and the
/// users' states (plan_surroundings.hpp); stories answer from a table.
namespace otklik::core {

/// A line as calls see it.
struct LineCard {
  Party party{};                    ///< with its user and direct number
  bool answers_by_command = false;  ///< AskToAnswer is worth a try
};

/// Somebody a number calls: a user with all his lines, or a line that is nobody's.
struct RouteTarget {
  Uuid user{};
  std::vector<Uuid> lines{};
};

/// Inside: by the rule of a number.
struct InsideRoute {
  Uuid number_id{};
  std::string digits{};
  Uuid rule{};
  std::string rule_name{};
  bool all_at_once = false;
  std::vector<RouteTarget> targets{};
  std::chrono::seconds ring_time{20};    ///< of each target, or of all at once
  std::uint32_t queue_limit = 0;         ///< so many may wait while all are busy
  std::chrono::seconds longest_wait{0};  ///< 0: as long as he likes
};

struct TrunkRoute {
  Uuid trunk{};
  std::string trunk_number{};
  std::string number{};  ///< as the trunk wants it
  std::string caller_id{};
  std::uint32_t most_calls = 0;          ///< 0: no limit
  std::uint32_t most_calls_an_hour = 0;  ///< 0: no limit
};
/// Outside: by the first trunk that works and has room.
struct OutsideWays {
  std::string number{};
  std::vector<TrunkRoute> trunks{};
  bool emergency = false;                        ///< no limit holds
  std::uint32_t most_calls_of_line_an_hour = 0;  ///< 0: no limit
};

/// A number that does something.
struct ServiceRoute {
  enum class Service : std::uint8_t { pick_up, flash, ivr, conference, voicemail, echo };
  Service service = Service::pick_up;
  std::string rest{};  ///< what was dialled behind it; of an IVR, its scenario
};

struct NoRoute {
  Cause cause = Cause::unknown_number;
};

using Route = std::variant<InsideRoute, OutsideWays, ServiceRoute, NoRoute>;

/// Whether a user may be rung. A call of his own is not asked for here: calls know it themselves.
enum class Availability : std::uint8_t {
  ready,
  busy,      ///< says so himself, or works on a task
  on_break,  ///< rings for who calls him by his own number, not for who calls a group
  away,
  absent,  ///< no phone
};

class Surroundings {
 public:
  virtual ~Surroundings() = default;

  /// Nothing: no such line, or it is not enabled.
  virtual std::optional<LineCard> line(const Uuid& line) = 0;
  /// The number of its line in statistics; nothing: no such trunk.
  virtual std::optional<std::string> trunk_number(const Uuid& trunk) = 0;

  /// `from` nil: without a line of its own. `caller`: who called us, where a call goes on outside.
  virtual Route route(std::string_view dialled, const Uuid& from, commands::Where where, std::string_view caller) = 0;
  virtual Route route_incoming(const Uuid& trunk, std::string_view dialled) = 0;

  virtual Availability availability(const Uuid& user) = 0;
  /// Where calls from `caller` to this user go instead; nothing: to himself.
  virtual std::optional<std::string> redirection(const Uuid& user, std::string_view caller) = 0;
  virtual bool is_recorded(const Party& a, const Party& b, const Uuid& number_id) = 0;

  /// The user is in a call from now on, on whichever of his lines; and no more. They alternate.
  virtual void talk_began(const Uuid& user) = 0;
  virtual void talk_ended(const Uuid& user) = 0;
};

}  // namespace otklik::core
