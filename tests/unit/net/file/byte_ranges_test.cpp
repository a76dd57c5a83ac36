#include "net/file/byte_ranges.hpp"

#include <gtest/gtest.h>

#include <string>

namespace otklik::net {
namespace {

using Verdict = RangeRequest::Verdict;

std::vector<ByteRange> ranges(std::string_view header, std::uint64_t size = 1000) {
  const auto r = parse_ranges(header, size);
  EXPECT_EQ(r.verdict, Verdict::partial) << header;
  return r.ranges;
}

TEST(ByteRanges, reads_the_three_forms) {
  EXPECT_EQ(ranges("bytes=0-499"), (std::vector<ByteRange>{{0, 499}}));
  EXPECT_EQ(ranges("bytes=500-"), (std::vector<ByteRange>{{500, 999}}));
  EXPECT_EQ(ranges("bytes=-500"), (std::vector<ByteRange>{{500, 999}}));
  EXPECT_EQ(ranges("Bytes=0-0,-1"), (std::vector<ByteRange>{{0, 0}, {999, 999}}));
  EXPECT_EQ(ranges("bytes= 0-1 ,\t 5-6 ,, "), (std::vector<ByteRange>{{0, 1}, {5, 6}}));
}

TEST(ByteRanges, cuts_at_the_end_and_leaves_out_what_lies_behind) {
  EXPECT_EQ(ranges("bytes=900-2000"), (std::vector<ByteRange>{{900, 999}}));
  EXPECT_EQ(ranges("bytes=-2000"), (std::vector<ByteRange>{{0, 999}}));
  EXPECT_EQ(ranges("bytes=0-1,1000-1001"), (std::vector<ByteRange>{{0, 1}}));
  EXPECT_EQ(ranges("bytes=0-99999999999999999999999"), (std::vector<ByteRange>{{0, 999}}));
}

TEST(ByteRanges, cannot_satisfy_what_lies_behind_the_end) {
  for (const char* header : {"bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=99999999999999999999999-"}) {
    EXPECT_EQ(parse_ranges(header, 1000).verdict, Verdict::unsatisfiable) << header;
  }
  EXPECT_EQ(parse_ranges("bytes=0-", 0).verdict, Verdict::unsatisfiable);
  EXPECT_EQ(parse_ranges("bytes=-5", 0).verdict, Verdict::unsatisfiable);
}

TEST(ByteRanges, ignores_what_is_malformed_or_another_unit) {
  for (const char* header : {"", "bytes", "bytes=", "bytes=,", "bytes=a-b", "bytes=5-4", "bytes=1", "bytes=--1",
                             "bytes=1-2-3", "bytes=1 -2", "items=0-1", "bytes=0-1,x", "bytes=+1-2", "bytes=-"}) {
    EXPECT_EQ(parse_ranges(header, 1000).verdict, Verdict::whole) << header;
  }
}

TEST(ByteRanges, refuses_many_and_overlapping_parts) {
  std::string many = "bytes=0-0";
  for (int i = 1; i < 32; ++i) many += "," + std::to_string(i * 2) + "-" + std::to_string(i * 2);
  EXPECT_EQ(ranges(many).size(), 32);
  EXPECT_EQ(parse_ranges(many + ",900-900", 1000).verdict, Verdict::unsatisfiable);
  EXPECT_EQ(parse_ranges("bytes=0-,0-", 1000).verdict, Verdict::unsatisfiable);
  EXPECT_EQ(parse_ranges("bytes=0-,0-", ~std::uint64_t{0}).verdict, Verdict::unsatisfiable);
  EXPECT_EQ(ranges("bytes=0-10,5-20").size(), 2);
}

}  // namespace
}  // namespace otklik::net
