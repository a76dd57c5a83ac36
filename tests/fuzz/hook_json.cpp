// Hook files: whatever an administrator's editor leaves there is read or refused in one line.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "web_api/www/hook.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik;
  const std::string_view json(reinterpret_cast<const char*>(data), size);  // NOLINT: bytes are bytes
  const auto hook = web_api::parse_hook(json);
  if (!hook) {
    if (hook.error().message.empty() || hook.error().message.find('\n') != std::string::npos) std::abort();
    return 0;
  }
  net::Request request;
  request.query = "startparam1=1&name=other&timeout=7";
  request.has_query = true;
  request.path = "/page.html";
  const auto order = web_api::hook_order(*hook, request, {});
  if (!order || order->scenario != hook->scenario || order->scenario.empty()) std::abort();
  if (order->timeout < std::chrono::milliseconds(0) || order->timeout > std::chrono::seconds(300)) std::abort();
  return 0;
}
