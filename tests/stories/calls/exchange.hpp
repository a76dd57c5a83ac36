#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/calls/calls.hpp"
#include "core/events.hpp"

/// A small company's exchange to tell stories of: its plan, its phones and trunks, and the calls of the core between.
namespace otklik::core::stories {

/// The plan, directory and users' states as a table.
///
/// Lines 16001…16006 are Alice's (direct number 101), Bob's (102), Carol's (103), Dave's (104), Eve's (105) and Frank's
/// (106); 16007 is nobody's (107). 200 rings Bob, Carol and Dave at once, 300 one after another; two may wait at each.
/// 400 is Bob and Carol with nobody waiting. `*8…` picks up, 199 is the echo, 112 goes out whatever the limits; other
/// numbers of five digits and more go outside by two trunks.
class Company final : public Surroundings {
 public:
  Company();

  std::optional<LineCard> line(const Uuid& line) override;
  std::optional<std::string> trunk_number(const Uuid& trunk) override;
  Route route(std::string_view dialled, const Uuid& from, commands::Where where, std::string_view caller) override;
  Route route_incoming(const Uuid& trunk, std::string_view dialled) override;
  Availability availability(const Uuid& user) override;
  std::optional<std::string> redirection(const Uuid& user, std::string_view caller) override;
  bool is_recorded(const Party& a, const Party& b, const Uuid& number_id) override;
  void talk_began(const Uuid& user) override;
  void talk_ended(const Uuid& user) override;

  static Uuid line_id(std::string_view direct_number);
  static Uuid user_id(std::string_view direct_number);
  static Uuid trunk_id(int number);
  static Uuid number_id(std::string_view digits);

  std::map<Uuid, LineCard> lines;
  std::map<Uuid, Availability> states;       ///< of users; absent: ready
  std::map<Uuid, std::string> redirections;  ///< of users
  std::set<Uuid> in_call;                    ///< users, as calls told it
  std::set<Uuid> may_not_call_outside;       ///< lines
  std::uint32_t queue_limit = 2;
  std::chrono::seconds longest_wait{120};
  std::uint32_t outside_an_hour = 0;
  std::uint32_t trunk_calls = 0;
  bool records = false;
  std::string trouble;  ///< what was told that cannot be: empty
};

/// Phones and trunks that do as they are ordered, and notice orders that make no sense.
class Phones {
 public:
  struct Leg {
    Uuid id;
    Uuid line{}, trunk{};
    std::string number;  ///< called by us, of a trunk's
    telephony::Shown caller;
    bool placed = false, answered = false, ended = false, told_ringing = false, echoes = false;
    bool auto_answer = false, asked_to_answer = false;
    std::optional<telephony::Sound> hears;
    Uuid commutation{};
    Cause end_cause = Cause::hung_up;
    std::string digits;
    std::optional<bool> transfer;  ///< accepted or refused
    bool transfer_finished = false;
  };

  void carry_out(const std::vector<telephony::Order>& orders);
  /// A leg ended at its phone's side: nothing may be ordered of it any more.
  void ended(const Uuid& leg);
  Leg& offered(const Uuid& leg, const Uuid& line, const Uuid& trunk);
  /// What was amiss with the orders; empty: nothing.
  [[nodiscard]] const std::string& trouble() const { return trouble_; }
  [[nodiscard]] std::vector<Uuid> live() const;

  std::map<Uuid, Leg> legs;
  std::map<Uuid, std::pair<Uuid, Uuid>> commutations;
  std::set<Uuid> recordings;
  std::set<Uuid> unfinished;  ///< recordings that were stopped, or not, and not told as finished

 private:
  friend struct CarryOut;
  void complain(std::string text) {
    if (trouble_.empty()) trouble_ = std::move(text);
  }
  std::string trouble_;
};

}  // namespace otklik::core::stories
