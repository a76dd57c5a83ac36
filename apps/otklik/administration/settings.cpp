#include "administration/operations.hpp"
#include "configuration/live_settings.hpp"

namespace otklik::app {

Result<std::string> show_settings(AdministrationParts& parts, const Operation&) { return parts.settings.json(); }

Result<std::string> reload_settings(AdministrationParts& parts, const Operation&) { return parts.reload(); }

}  // namespace otklik::app
