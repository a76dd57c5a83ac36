#include "sip/message/framer.hpp"

#include <gtest/gtest.h>

namespace otklik::sip {
namespace {

using enum Framer::Found;

const std::string first = "OPTIONS sip:a SIP/2.0\r\nContent-Length: 4\r\n\r\nbody";
const std::string second = "SIP/2.0 200 OK\r\nl:0\r\n\r\n";

TEST(Framer, cuts_a_stream_wherever_it_was_torn) {
  const std::string stream = "\r\n" + first + "\r\n\r\n" + second + second;
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    Framer framer(1000);
    std::vector<std::string> messages;
    int pings = 0;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      framer.feed(std::string_view(stream).substr(at, step));
      for (auto found = framer.next(); found != nothing; found = framer.next()) {
        ASSERT_NE(found, broken);
        if (found == ping) ++pings;
        if (found == message) messages.emplace_back(framer.message());
      }
    }
    EXPECT_EQ(messages, (std::vector{first, second, second})) << step;
    EXPECT_EQ(pings, 1) << step;
    EXPECT_TRUE(framer.is_empty());
  }
}

TEST(Framer, gives_up_where_the_next_message_cannot_be_found) {
  for (const auto& [text, status] : {std::pair<std::string, int>{"A b SIP/2.0\r\nContent-Length: x\r\n\r\n", 400},
                                     {"A b SIP/2.0\r\nContent-Length: -1\r\n\r\n", 400},
                                     {"A b SIP/2.0\r\nContent-Length: 1\r\nl: 2\r\n\r\n", 400},
                                     {"A b SIP/2.0\r\nContent-Length: 2000\r\n\r\n", 513},
                                     {std::string(1200, 'x'), 513}}) {
    Framer framer(1000);
    framer.feed(text);
    EXPECT_EQ(framer.next(), broken) << text.substr(0, 50);
    EXPECT_EQ(framer.fault(), status);
    EXPECT_EQ(framer.next(), broken);
  }
}

}  // namespace
}  // namespace otklik::sip
