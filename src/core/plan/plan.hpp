#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/plan/parts.hpp"

namespace otklik::core {

class Directory;

/// The number is in the plan.
struct InsideNumber {
  const InternalNumber* number = nullptr;
  std::string rest{};                     ///< what was dialled behind a special number: `*8101` is pick_up and `101`
  const InternalNumber* speed = nullptr;  ///< the speed number that stood for it; null: it was dialled itself
};

/// One trunk that takes the call.
struct OutsideRoute {
  const Trunk* trunk = nullptr;
  std::string number;     ///< as this trunk wants it
  std::string caller_id;  ///< empty: the trunk's own address
};

/// It goes outside, by the first of these that has room.
struct OutsideNumber {
  std::string number;  ///< without the prefix, before rewriting
  std::vector<OutsideRoute> routes{};
  bool emergency = false;              ///< no limit of line, hour or permission holds
  const InternalNumber* by = nullptr;  ///< the speed, city or emergency number it came by; null: none
};

/// Nobody can be called by it.
struct UnknownNumber {
  enum class Why : std::uint8_t {
    malformed,      ///< no number at all (dialled_digits)
    not_in_plan,    ///< neither an internal number nor one that may be outside
    not_permitted,  ///< outside, and the line may not call there or nobody may
    no_trunk,       ///< outside, and no trunk takes it
  };
  Why why = Why::not_in_plan;
};
std::string_view name(UnknownNumber::Why) noexcept;

using Resolution = std::variant<InsideNumber, OutsideNumber, UnknownNumber>;

/// Where to look a number up: `direction` of wp_autocallstart.
enum class LookUp : std::uint8_t {
  by_plan,  ///< inside where it is in the plan, else outside
  inside,   ///< `pbx`
  outside,  ///< `city`: a number outside without its prefix
};

/// Lines, workplaces, internal numbers, trunks and rules at one moment. Immutable, so that any thread may read it; what
/// it points to lives as long as it does. Who is called what is the Directory's: core/plan/naming.hpp knows both.
class Plan {
 public:
  struct Content {
    std::uint64_t generation = 0;  ///< grows with every change
    std::vector<Line> lines{};     ///< by number
    std::vector<Workplace> workplaces{};
    std::vector<InternalNumber> numbers{};         ///< by digits
    std::vector<Trunk> trunks{};                   ///< in the order they are tried
    std::vector<RedirectRule> redirects{};         ///< by user, then by priority
    std::vector<RecordingRule> recording_rules{};  ///< in order
    OutsideCalls outside{};
    bool record_by_default = true;  ///< what holds when no recording rule fits
  };

  Plan() = default;
  explicit Plan(Content content);

  [[nodiscard]] const Content& content() const noexcept { return content_; }
  [[nodiscard]] std::uint64_t generation() const noexcept { return content_.generation; }
  [[nodiscard]] std::span<const Line> lines() const noexcept { return content_.lines; }
  [[nodiscard]] std::span<const Workplace> workplaces() const noexcept { return content_.workplaces; }
  [[nodiscard]] std::span<const InternalNumber> numbers() const noexcept { return content_.numbers; }
  [[nodiscard]] std::span<const Trunk> trunks() const noexcept { return content_.trunks; }
  [[nodiscard]] std::span<const RedirectRule> redirects() const noexcept { return content_.redirects; }
  [[nodiscard]] std::span<const RecordingRule> recording_rules() const noexcept { return content_.recording_rules; }
  [[nodiscard]] const OutsideCalls& outside() const noexcept { return content_.outside; }

  /// Null when there is none.
  [[nodiscard]] const Line* line(const Uuid& id) const noexcept;
  [[nodiscard]] const Line* line_by_number(std::string_view number) const;
  /// Who registers: the user part of a SIP address, as it is spelt.
  [[nodiscard]] const Line* line_by_sip_user(std::string_view sip_user) const;
  [[nodiscard]] std::vector<const Line*> lines_of_user(const Uuid& user) const;  ///< by number, disabled ones too
  [[nodiscard]] std::vector<const Line*> lines_named(
      std::string_view name) const;  ///< in any case; none by an empty one
  [[nodiscard]] const Workplace* workplace(const Uuid& id) const noexcept;
  [[nodiscard]] const Workplace* workplace_by_name(std::string_view name) const;  ///< in any case
  [[nodiscard]] const Workplace* workplace_of_line(const Uuid& line) const noexcept;
  [[nodiscard]] const InternalNumber* number(const Uuid& id) const noexcept;
  [[nodiscard]] const InternalNumber* number_by_digits(std::string_view digits) const;
  [[nodiscard]] const InternalNumber* number_of_rule(const Uuid& rule) const noexcept;
  [[nodiscard]] const Trunk* trunk(const Uuid& id) const noexcept;
  [[nodiscard]] const Trunk* trunk_by_name(std::string_view name) const;  ///< in any case, or by its number
  /// The first enabled trunk whose sources hold this address.
  [[nodiscard]] const Trunk* trunk_by_source(const Address& from) const noexcept;

  /// The standard number whose rule has this user as its single target; the first by digits where he has several.
  [[nodiscard]] const InternalNumber* direct_number(const Uuid& user) const noexcept;
  [[nodiscard]] std::vector<const InternalNumber*> direct_numbers(const Uuid& user) const;
  /// Users that a standard number calls, each once, in the rule's order: lines stand for their users, numbers for
  /// theirs. Numbers that lead back to themselves are gone through once.
  [[nodiscard]] std::vector<Uuid> users_of(const InternalNumber& number) const;
  /// Lines that a standard number calls, likewise: those of its users, enabled ones only.
  [[nodiscard]] std::vector<const Line*> lines_of(const InternalNumber& number) const;

  /// Where a call goes that `from` dials; null: one without a line of its own (a scenario, a trunk), which may do all.
  /// `caller` is who called us, where his call goes on outside (CallerIdRule::pass_through).
  [[nodiscard]] Resolution resolve(std::string_view dialled, const Line* from = nullptr, LookUp where = LookUp::by_plan,
                                   std::string_view caller = {}) const;
  /// Where a call goes that came from a trunk for `dialled`: its incoming_number, else what was dialled. Never outside.
  [[nodiscard]] Resolution resolve_incoming(const Trunk& trunk, std::string_view dialled) const;

  /// The rule by which a call from `caller` to this user goes elsewhere now; null: none does.
  [[nodiscard]] const RedirectRule* redirect_for(const Uuid& user, bool redirection_is_on, std::string_view caller,
                                                 const WeekMoment& now) const noexcept;

  /// A talk as recording rules see it.
  struct Talk {
    TalkDirection direction = TalkDirection::inside;
    const Line* first = nullptr;  ///< null: none of ours
    const Line* second = nullptr;
    Uuid number{};  ///< the internal number that was called
    Uuid trunk{};
    std::string_view outside{};  ///< the other party's number, where it is outside
  };
  /// A line that is always recorded wins over one that never is, and both over the rules.
  [[nodiscard]] bool is_recorded(const Talk& talk) const noexcept;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  using ByText = std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>>;
  using ById = std::unordered_map<Uuid, std::size_t>;

  template <class Each>
  void for_each_target(const InternalNumber& number, Each each) const;
  [[nodiscard]] const InternalNumber* special_before(std::string_view digits) const;
  [[nodiscard]] Resolution inside_by(const InternalNumber& number, const Line* from, std::string_view caller) const;
  [[nodiscard]] Resolution outside_by(std::string_view number, const Line* from, std::string_view caller,
                                      const InternalNumber* by) const;
  [[nodiscard]] std::vector<OutsideRoute> routes_to(std::string_view number, const Line* from,
                                                    std::string_view caller) const;
  [[nodiscard]] std::string caller_id_of(const Trunk& trunk, const Line* from, std::string_view caller) const;

  Content content_;
  ById line_by_id_, workplace_by_id_, workplace_by_line_, number_by_id_, number_by_rule_, trunk_by_id_;
  ByText line_by_number_, line_by_sip_user_, workplace_by_key_, number_by_digits_, trunk_by_key_;
  std::unordered_map<Uuid, std::vector<std::size_t>> lines_by_user_, direct_by_user_;
  std::unordered_map<std::string, std::vector<std::size_t>> lines_by_name_;
};

}  // namespace otklik::core
