#include "web_api/methods/line_parameters.hpp"

#include "base/text.hpp"

namespace otklik::web_api::methods {
namespace {

template <class Find>
Result<TakenLine> read(const core::CompanyView& company, const core::LineNames& names, Find find) {
  TakenLine taken{.plan = company.plan(), .directory = company.directory(), .named = {}};
  const auto found = find(*taken.plan, *taken.directory, names);
  if (!found) return std::unexpected(found.error().error());
  taken.named = *found;
  return taken;
}

}  // namespace

core::LineNames line_names(const net::Form& parameters) {
  const auto text = [&](std::string_view name) { return trim(parameters.find(name).value_or("")); };
  return {.line = text("line"), .user = text("user"), .wp = text("wp")};
}

Result<TakenLine> read_line(const core::CompanyView& company, const net::Form& parameters) {
  return read(company, line_names(parameters), core::find_line);
}

Result<TakenLine> read_user(const core::CompanyView& company, const core::LineNames& names) {
  return read(company, names, core::find_user_of);
}

}  // namespace otklik::web_api::methods
