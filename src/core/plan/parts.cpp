#include "core/plan/parts.hpp"

#include <array>
#include <utility>

namespace otklik::core {
namespace {

template <class Kind>
using Named = std::pair<Kind, std::string_view>;

constexpr std::array line_recordings{
    Named<LineRecording>{LineRecording::by_rules, "rules"},
    Named<LineRecording>{LineRecording::always, "always"},
    Named<LineRecording>{LineRecording::never, "never"},
};
constexpr std::array number_kinds{
    Named<NumberKind>{NumberKind::standard, "standard"},   Named<NumberKind>{NumberKind::special, "special"},
    Named<NumberKind>{NumberKind::speed, "speed"},         Named<NumberKind>{NumberKind::ivr, "ivr"},
    Named<NumberKind>{NumberKind::emergency, "emergency"},
};
constexpr std::array special_kinds{
    Named<SpecialKind>{SpecialKind::none, "none"},
    Named<SpecialKind>{SpecialKind::flash, "flash"},
    Named<SpecialKind>{SpecialKind::city, "city"},
    Named<SpecialKind>{SpecialKind::pbx, "pbx"},
    Named<SpecialKind>{SpecialKind::pick_up, "pick_up"},
    Named<SpecialKind>{SpecialKind::sip_hotline, "sip_hotline"},
    Named<SpecialKind>{SpecialKind::echo_test, "echo"},
    Named<SpecialKind>{SpecialKind::conference, "conference"},
    Named<SpecialKind>{SpecialKind::voicemail, "voicemail"},
};
constexpr std::array huntings{
    Named<Hunting>{Hunting::one_after_another, "in_turn"},
    Named<Hunting>{Hunting::all_at_once, "all"},
};
constexpr std::array target_kinds{
    Named<TargetKind>{TargetKind::user, "user"},
    Named<TargetKind>{TargetKind::line, "line"},
    Named<TargetKind>{TargetKind::number, "number"},
};
constexpr std::array trunk_kinds{
    Named<TrunkKind>{TrunkKind::registering, "registering"},
    Named<TrunkKind>{TrunkKind::by_address, "address"},
};
constexpr std::array caller_id_rules{
    Named<CallerIdRule>{CallerIdRule::of_line, "line"},
    Named<CallerIdRule>{CallerIdRule::of_trunk, "trunk"},
    Named<CallerIdRule>{CallerIdRule::pass_through, "pass"},
};
constexpr std::array talk_directions{
    Named<TalkDirection>{TalkDirection::inside, "inside"},
    Named<TalkDirection>{TalkDirection::incoming, "incoming"},
    Named<TalkDirection>{TalkDirection::outgoing, "outgoing"},
};

template <class Table, class Kind>
std::string_view name_in(const Table& table, Kind kind) noexcept {
  for (const auto& [one, name] : table) {
    if (one == kind) return name;
  }
  return {};
}

template <class Kind, std::size_t n>
std::optional<Kind> named_in(const std::array<Named<Kind>, n>& table, std::string_view wanted) noexcept {
  for (const auto& [kind, name] : table) {
    if (name == wanted) return kind;
  }
  return std::nullopt;
}

}  // namespace

std::span<const std::string_view> codec_names() noexcept {
  static constexpr std::array<std::string_view, 4> names{"opus", "g722", "pcma", "pcmu"};
  return names;
}

std::string_view name(LineRecording kind) noexcept { return name_in(line_recordings, kind); }
std::string_view name(NumberKind kind) noexcept { return name_in(number_kinds, kind); }
std::string_view name(SpecialKind kind) noexcept { return name_in(special_kinds, kind); }
std::string_view name(Hunting kind) noexcept { return name_in(huntings, kind); }
std::string_view name(TargetKind kind) noexcept { return name_in(target_kinds, kind); }
std::string_view name(TrunkKind kind) noexcept { return name_in(trunk_kinds, kind); }
std::string_view name(CallerIdRule kind) noexcept { return name_in(caller_id_rules, kind); }
std::string_view name(TalkDirection kind) noexcept { return name_in(talk_directions, kind); }

std::optional<LineRecording> line_recording_named(std::string_view text) noexcept {
  return named_in(line_recordings, text);
}
std::optional<NumberKind> number_kind_named(std::string_view text) noexcept { return named_in(number_kinds, text); }
std::optional<SpecialKind> special_kind_named(std::string_view text) noexcept { return named_in(special_kinds, text); }
std::optional<Hunting> hunting_named(std::string_view text) noexcept { return named_in(huntings, text); }
std::optional<TargetKind> target_kind_named(std::string_view text) noexcept { return named_in(target_kinds, text); }
std::optional<TrunkKind> trunk_kind_named(std::string_view text) noexcept { return named_in(trunk_kinds, text); }
std::optional<CallerIdRule> caller_id_rule_named(std::string_view text) noexcept {
  return named_in(caller_id_rules, text);
}
std::optional<TalkDirection> talk_direction_named(std::string_view text) noexcept {
  return named_in(talk_directions, text);
}

}  // namespace otklik::core
