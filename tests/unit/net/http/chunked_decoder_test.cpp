#include "net/http/chunked_decoder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace otklik::net {
namespace {

struct Decoded {
  ChunkedDecoder::State state = ChunkedDecoder::State::more;
  std::string body;
  std::size_t taken = 0;
};

Decoded decode(std::string_view text, std::size_t piece) {
  ChunkedDecoder decoder;
  Decoded d;
  while (d.taken < text.size() && decoder.state() == ChunkedDecoder::State::more) {
    const auto step = decoder.step(text.substr(d.taken, piece));
    d.taken += step.taken;
    d.body += step.data;
  }
  d.state = decoder.state();
  return d;
}

Decoded decode(std::string_view text) {
  const auto whole = decode(text, text.size());
  for (std::size_t piece = 1; piece < text.size(); piece = piece < 20 ? piece + 1 : piece * 2) {
    const auto cut = decode(text, piece);
    EXPECT_EQ(cut.state, whole.state) << piece << " bytes at a time: " << text;
    if (whole.state == ChunkedDecoder::State::done) {
      EXPECT_EQ(cut.body, whole.body);
      EXPECT_EQ(cut.taken, whole.taken);
    }
  }
  return whole;
}

TEST(ChunkedDecoder, puts_the_chunks_together) {
  const std::string text = "4\r\nWiki\r\n5\r\npedia\r\n0\r\n\r\n";
  const auto d = decode(text + "GET");
  EXPECT_EQ(d.state, ChunkedDecoder::State::done);
  EXPECT_EQ(d.body, "Wikipedia");
  EXPECT_EQ(d.taken, text.size());
}

TEST(ChunkedDecoder, takes_extensions_trailers_and_leading_zeros) {
  const auto d = decode("00A;name=\"v\\\"\";x \r\n0123456789\r\n1 ; y\r\nz\r\n000;z\r\nX-Trailer: a b\r\nY:\r\n\r\n");
  EXPECT_EQ(d.state, ChunkedDecoder::State::done);
  EXPECT_EQ(d.body, "0123456789z");
}

TEST(ChunkedDecoder, wants_more_until_the_last_line_end) {
  const std::string text = "2\r\nab\r\n0\r\nA: b\r\n\r\n";
  for (std::size_t n = 0; n < text.size(); ++n) {
    EXPECT_EQ(decode(std::string_view(text).substr(0, n)).state, ChunkedDecoder::State::more);
  }
}

TEST(ChunkedDecoder, refuses_what_two_readers_could_read_in_two_ways) {
  for (const std::string bad : {"\r\n",
                                "x\r\n",
                                "-1\r\n",
                                "+1\r\na",
                                "0x1\r\na",
                                "1\na\r\n",
                                "1\r\na\n0\r\n\r\n",
                                "1\r\nab\r\n",
                                "1\r\na\r0",
                                " 1\r\na",
                                "1 \r\na\r\n",
                                "1\t\r\n",
                                "1;\n",
                                "1;a\rb",
                                "1;\x01",
                                "1\r\r\n",
                                "0\r\n x: y\r\n\r\n",
                                "0\r\n\n",
                                "0\r\nA b: c\r\n\r\n",
                                "0\r\nA\r\n\r\n",
                                "0\r\n: c\r\n\r\n",
                                "0\r\nA: \x02\r\n\r\n",
                                "0\r\nA: b\n\r\n",
                                "11111111111111111\r\n",
                                "FFFFFFFFFFFFFFFF\r\n",
                                "1,2\r\na",
                                "1\r\na\r\n\r\n"}) {
    EXPECT_EQ(decode(bad).state, ChunkedDecoder::State::failed) << bad;
  }
}

TEST(ChunkedDecoder, bounds_a_line_the_trailers_and_the_framing_as_a_whole) {
  EXPECT_EQ(decode("1;" + std::string(2000, 'x')).state, ChunkedDecoder::State::failed);
  EXPECT_EQ(decode("0\r\nA: " + std::string(9000, 'x')).state, ChunkedDecoder::State::failed);
  std::string padded;
  for (int i = 0; i < 200; ++i) padded += "1;" + std::string(500, 'x') + "\r\na\r\n";
  EXPECT_EQ(decode(padded, padded.size()).state, ChunkedDecoder::State::failed);
  std::string small;
  for (int i = 0; i < 10'000; ++i) small += "1\r\na\r\n";
  EXPECT_EQ(decode(small, small.size()).state, ChunkedDecoder::State::more);
}

}  // namespace
}  // namespace otklik::net
