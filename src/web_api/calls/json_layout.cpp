#include "web_api/calls/json_layout.hpp"

namespace otklik::web_api {
namespace {

/// The text from an opening quote to behind its closing one.
std::string_view string_at(std::string_view json, std::size_t at) {
  std::size_t end = at + 1;
  while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
  return json.substr(at, end + 1 - at);
}

}  // namespace

std::string laid_out(std::string_view compact, std::size_t step) {
  std::string out;
  out.reserve(compact.size() * 2);
  std::size_t depth = 0;
  const auto new_line = [&] { out.append(1, '\n').append(depth * step, ' '); };
  for (std::size_t at = 0; at < compact.size();) {
    const char c = compact[at];
    if (c == '"') {
      const auto text = string_at(compact, at);
      out += text;
      at += text.size();
      continue;
    }
    ++at;
    if (c == '{' || c == '[') {
      out += c;
      if (at < compact.size() && (compact[at] == '}' || compact[at] == ']')) {
        out += compact[at++];
        continue;
      }
      ++depth;
      new_line();
    } else if (c == '}' || c == ']') {
      --depth;
      new_line();
      out += c;
    } else if (c == ',') {
      out += c;
      new_line();
    } else {
      out += c;
      if (c == ':') out += ' ';
    }
  }
  return out;
}

}  // namespace otklik::web_api
