// What a plugin writes to its standard output, in pieces of any size: framing and the state of the session.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "plugins/protocol/line_buffer.hpp"
#include "plugins/protocol/session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik;
  using namespace otklik::plugins;
  using namespace std::chrono_literals;
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0];
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);  // NOLINT: bytes are bytes

  static const auto manifest = [] {
    auto made = std::make_shared<Manifest>();
    Form form;
    form.name = "f";
    form.outputs = {{"text", ValueType::string, "", false}, {"day", ValueType::date, "", true}};
    made->forms.push_back(form);
    return made;
  }();
  Session session(manifest);
  LineBuffer lines(4096);
  Session::Clock::time_point now{1h};
  session.begin("{}", now + 10s);
  std::size_t calls = 0;
  std::size_t completions = 0;
  const auto count = [&] { completions += session.take_completions().size(); };
  for (; calls < 3; ++calls) session.call(manifest->forms[0], "{}", now, {now + 1s, 1s}, [](core::PluginOutcome) {});
  bool goes_on = true;
  while (goes_on && !bytes.empty()) {
    const auto part = bytes.substr(0, piece);
    std::ranges::copy(part, lines.room(part.size()).begin());
    lines.filled(part.size());
    bytes.remove_prefix(part.size());
    while (const auto line = lines.next()) {
      goes_on = session.take_line(*line, now);
      if (goes_on == !session.breach().empty()) std::abort();
      if (!goes_on) break;
    }
    for (const auto& request : session.take_requests()) session.answer(request.id, "{}");
    if (session.unanswered_requests() != 0) std::abort();
    count();
    goes_on = goes_on && !lines.is_too_long();
  }
  static_cast<void>(session.expire(now + 2s));
  session.end({ErrorCode::failed, "over"});
  count();
  if (completions != calls || session.calls() != 0) std::abort();
  return 0;
}
