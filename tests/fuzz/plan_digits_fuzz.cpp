// What is dialled, and how rules of rewriting, timetables and line names are read: all from the network or from people.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/plan/naming.hpp"
#include "unit/core/plan/company.hpp"

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}

const otklik::core::Plan& plan() {
  static const otklik::core::Plan all = [] {
    using namespace otklik::core;
    auto content = company::plan();
    content.outside.forbidden = {"810"};
    content.numbers.push_back(company::special(30, "9", SpecialKind::city));
    content.numbers.push_back(company::special(31, "*8", SpecialKind::pick_up));
    content.numbers.push_back(company::special(32, "0", SpecialKind::pbx));
    content.numbers.push_back(
        {.id = company::number(33), .digits = "*1", .kind = NumberKind::speed, .target = "84951234567"});
    content.numbers.push_back({.id = company::number(34), .digits = "112", .kind = NumberKind::emergency});
    content.trunks[0].outgoing = *parse_rewrite_rules("8/1/+7 /3/ //99999999999999999999");
    return Plan(std::move(content));
  }();
  return all;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik;
  using namespace otklik::core;
  const std::string_view input(reinterpret_cast<const char*>(data), size);  // NOLINT: the fuzzer's own shape

  if (const auto digits = dialled_digits(input)) {
    require(!digits->empty() && digits->size() <= longest_number);
    require(dialled_digits(*digits) == *digits);
    require(check_digits("the number", *digits).has_value());
  }
  for (const auto where : {LookUp::by_plan, LookUp::inside, LookUp::outside}) {
    const auto found = plan().resolve(input, nullptr, where, input);
    if (const auto* inside = std::get_if<InsideNumber>(&found)) require(inside->number != nullptr);
    if (const auto* outside = std::get_if<OutsideNumber>(&found)) {
      require(!outside->routes.empty());
      for (const auto& route : outside->routes) require(dialled_digits(route.number) == route.number);
    }
  }
  static_cast<void>(plan().resolve_incoming(plan().trunks()[1], input));

  const auto half = input.size() / 2;
  if (const auto rules = parse_rewrite_rules(input.substr(0, half))) {
    require(rules->size() <= most_rewrite_rules);
    require(parse_rewrite_rules(text_of(*rules)) == *rules);
    if (const auto number = rewritten(input.substr(half), *rules); number && !rules->empty()) {
      require(*number == input.substr(half) || dialled_digits(*number) == *number);
    }
  }
  if (const auto timetable = parse_timetable(input)) {
    const auto again = parse_timetable(text_of(*timetable));
    require(again && *again == *timetable);
  }
  static const Directory people = company::directory();
  static_cast<void>(find_line(plan(), people, {.line = input, .user = input}));
  static_cast<void>(find_user_of(plan(), people, {.wp = input, .number = input}));
  return 0;
}
