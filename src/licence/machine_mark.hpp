#pragma once
#include <string>
#include <string_view>

namespace otklik::licence {

/// Where Linux keeps the machine's id, machine-id(5).
inline constexpr std::string_view machine_id_file = "/etc/machine-id";

/// What a certificate that is bound to this machine names: 64 hexadecimal digits, SHA-256 over a word of ours and the
/// machine's id, which machine-id(5) asks not to be shown as it is. Empty where the machine has no id.
std::string machine_mark(const std::string& file = std::string(machine_id_file));

}  // namespace otklik::licence
