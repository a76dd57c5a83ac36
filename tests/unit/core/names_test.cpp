#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/events.hpp"

namespace otklik::core {
namespace {

template <std::size_t... I>
std::set<std::string_view> all_names(std::index_sequence<I...>) {
  return {name(EventBody(std::in_place_index<I>))...};
}

TEST(EventNames, are_there_for_every_event_and_all_differ) {
  const auto names = all_names(std::make_index_sequence<std::variant_size_v<EventBody>>{});
  EXPECT_EQ(names.size(), std::variant_size_v<EventBody>);
  EXPECT_FALSE(names.contains(""));
}

TEST(EventWeight, grows_with_what_a_script_put_into_it) {
  EXPECT_EQ(weight(ServerStopping{}), 1U);
  EXPECT_EQ(weight(CustomEvent{.name = "n", .data = std::string(256 * 100, 'x'), .run = {}}), 101U);
}

}  // namespace
}  // namespace otklik::core
