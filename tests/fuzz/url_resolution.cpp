// A request's path and query: no name leaves www/, none is a hook's or a dot-file's, whatever the spelling.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "net/http/form.hpp"
#include "web_api/parameters.hpp"
#include "web_api/script_run.hpp"
#include "web_api/table.hpp"
#include "web_api/www/www_path.hpp"

namespace {

void check(bool holds) {
  if (!holds) std::abort();
}

void check_name(const std::string& name) {
  check(otklik::is_utf8(name));
  check(name.find('\0') == std::string::npos && name.find('\\') == std::string::npos);
  std::string lower;
  for (const char c : name) lower += otklik::ascii_lower(c);
  check(lower.find(otklik::web_api::hook_suffix) == std::string::npos);
  std::string_view rest = name;
  bool first = true;
  while (!rest.empty()) {
    const auto part = rest.substr(0, rest.find('/'));
    rest.remove_prefix(part.size() == rest.size() ? part.size() : part.size() + 1);
    check(!part.empty());
    check(part.front() != '.' || (first && part == ".well-known"));
    first = false;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik;
  const std::string_view target(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes are bytes
  const auto mark = target.find('?');
  const auto path = target.substr(0, mark);
  const auto* method = web_api::find_method(path);
  check(method == nullptr || path.starts_with('/'));
  if (const auto www = web_api::read_www_path(path)) check_name(www->name);

  net::Form form;
  if (mark != std::string_view::npos) form.parse(target.substr(mark + 1));
  const auto order = web_api::read_named_script_order(form, {});
  if (order) {
    check(!order->scenario.empty() && is_utf8(order->scenario));
    for (const auto& parameter : order->parameters) check(is_utf8(parameter));
    check(order->timeout >= std::chrono::milliseconds(0) && order->timeout <= std::chrono::seconds(300));
  } else {
    check(order.error().code == ErrorCode::bad_request);
  }
  net::Request request;
  static_cast<void>(web_api::answer_style(web_api::AnswerKind::xml, request, form, {}));
  static_cast<void>(web_api::prefers_json(path));
  return 0;
}
