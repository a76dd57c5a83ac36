// A plugin whose form gives texts that are no UTF-8.
#include "otklik_plugin.hpp"

int main() {
  otklik::Plugin plugin;
  plugin.form("text", [](const otklik::Json& inputs) {
    return otklik::Json::object({{"text", "caf\xE9 \xED\xA0\xBD " + inputs["what"].text()}, {"\xFF", 1}});
  });
  return plugin.run();
}
