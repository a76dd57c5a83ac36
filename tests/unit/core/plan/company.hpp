#pragma once
#include "core/directory/directory.hpp"
#include "core/plan/plan.hpp"

/// A small company for tests of the plan: three users with lines and direct numbers, a group, and two trunks.
namespace otklik::core::company {

inline Uuid id(std::uint8_t kind, std::uint8_t number) {
  Uuid out;
  out.bytes[0] = kind;
  out.bytes[15] = number;
  return out;
}
inline Uuid user(std::uint8_t number) { return id(1, number); }
inline Uuid line(std::uint8_t number) { return id(2, number); }
inline Uuid number(std::uint8_t one) { return id(3, one); }
inline Uuid trunk(std::uint8_t number) { return id(4, number); }
inline Uuid workplace(std::uint8_t number) { return id(5, number); }

inline Line phone(std::uint8_t one, const Uuid& whose) {
  Line out{.id = line(one), .number = "1600" + std::to_string(one), .user = whose, .sip_user = {}};
  out.sip_user = out.number;
  return out;
}

inline InternalNumber direct(std::uint8_t one, std::string digits, const Uuid& whose) {
  return {.id = number(one),
          .digits = std::move(digits),
          .rule = {.id = id(6, one), .name = "direct", .targets = {{TargetKind::user, whose}}}};
}

inline InternalNumber special(std::uint8_t one, std::string digits, SpecialKind kind) {
  return {.id = number(one), .digits = std::move(digits), .kind = NumberKind::special, .special = kind};
}

/// ivan 101 on 16001, maria 102 on 16002, petr 103 without a line; group 120 of 101 and 102 and line 16003, which is
/// nobody's.
inline Plan::Content plan() {
  Plan::Content content;
  content.generation = 1;
  content.lines = {phone(1, user(1)), phone(2, user(2)), phone(3, {})};
  content.lines[0].name = "Касса";
  content.workplaces = {{.id = workplace(1), .name = "OPERATOR1", .line = line(1)}};
  content.numbers = {direct(1, "101", user(1)),
                     direct(2, "102", user(2)),
                     direct(3, "103", user(3)),
                     {.id = number(20),
                      .digits = "120",
                      .rule = {.id = id(6, 20),
                               .name = "Поддержка",
                               .hunting = Hunting::all_at_once,
                               .targets = {{TargetKind::number, number(2)},
                                           {TargetKind::user, user(1)},
                                           {TargetKind::line, line(3)},
                                           {TargetKind::number, number(1)}}}}};
  content.trunks = {{.id = trunk(1), .name = "Main", .number = "13001", .server = "sip.example.net"},
                    {.id = trunk(2), .name = "Spare", .number = "13002", .order = 1, .server = "192.0.2.9"}};
  return content;
}

inline User person(std::uint8_t one, std::string login, std::string name) {
  return {.id = user(one),
          .login = std::move(login),
          .name = std::move(name),
          .department = {},
          .language = {},
          .verifier = {},
          .roles = {}};
}

inline Directory directory() {
  Directory::Content content;
  content.users = {person(1, "ivan", "Иван Петров"), person(2, "maria", "Мария Смирнова"), person(3, "petr", "Пётр")};
  return Directory(std::move(content));
}

}  // namespace otklik::core::company
