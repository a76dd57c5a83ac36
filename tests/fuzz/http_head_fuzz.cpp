// The head of a request: any bytes must be taken or refused, and in the same way however they are cut into reads.
#include <algorithm>
#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/head_parser.hpp"

namespace {

using namespace otklik::net;

/// All that can be seen of an outcome, as text, so that two can be compared.
std::string story(const HeadParser& parser, HeadParser::State state, const RequestHead& head) {
  switch (state) {
    case HeadParser::State::more:
      return "more";
    case HeadParser::State::failed:
      return "failed " + std::to_string(parser.status()) + " " + std::string(parser.reason());
    case HeadParser::State::done:
      break;
  }
  std::string text = "done " + std::to_string(parser.size()) + (parser.keeps_alive() ? " keeps " : " closes ") +
                     std::to_string(static_cast<int>(parser.expectation())) + " " +
                     std::to_string(head.content_length.value_or(~std::uint64_t{0})) + (head.chunked ? " chunked" : "");
  for (const auto part :
       {head.method_text, head.target, head.path, head.query, head.host, head.request_line, head.text}) {
    text.append("|").append(part);
  }
  for (const auto& field : head.headers) text.append("|").append(field.name).append("=").append(field.value);
  return text;
}

std::string parse(std::string_view text, const Limits& limits, std::size_t first, std::size_t step) {
  HeadParser parser;
  RequestHead head;
  std::vector<HeaderField> fields;
  auto state = HeadParser::State::more;
  std::string moved;
  for (std::size_t end = first; state == HeadParser::State::more; end += step) {
    end = std::min(end, text.size());
    moved = std::string(text.substr(0, end));  // each time at another place, of exactly its size
    moved.shrink_to_fit();
    state = parser.parse(moved, limits, head, fields);
    if (end == text.size()) break;
  }
  return story(parser, state, head);
}

void check_smuggling(std::string_view text) {
  HeadParser parser;
  RequestHead head;
  std::vector<HeaderField> fields;
  if (parser.parse(text, {}, head, fields) != HeadParser::State::done) return;
  // What two readers could disagree about never gets this far.
  assert(!(head.chunked && head.content_length));
  int lengths = 0;
  int hosts = 0;
  for (const auto& field : head.headers) {
    RequestHead one;
    one.headers = {&field, 1};
    lengths += one.has_header("Content-Length") || one.has_header("Transfer-Encoding") ? 1 : 0;
    hosts += one.has_header("Host") ? 1 : 0;
    assert(field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos);
  }
  assert(lengths <= 1 && hosts <= 1 && (hosts == 1 || head.minor_version == 0));
  for (std::size_t i = 0; i < head.text.size(); ++i) {
    assert(head.text[i] != '\n' || (i > 0 && head.text[i - 1] == '\r'));
    assert(head.text[i] != '\r' || head.text[i + 1] == '\n');
  }
  assert(head.text.ends_with("\r\n\r\n"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  Limits limits;
  if ((data[0] & 1) != 0) {  // limits within reach
    limits.target_size = 16;
    limits.header_size = 64;
    limits.header_count = 3;
  }
  const std::size_t step = data[1] % 64 + 1;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);  // NOLINT
  const auto whole = parse(text, limits, text.size(), 1);
  const bool is_same = parse(text, limits, step, step) == whole && parse(text, limits, 1, 1) == whole &&
                       parse(text, limits, text.size() / 2, text.size()) == whole;
  if (!is_same) __builtin_trap();
  check_smuggling(text);
  return 0;
}
