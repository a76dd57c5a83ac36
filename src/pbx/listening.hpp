#pragma once
#include <functional>
#include <vector>

#include "base/error.hpp"
#include "sip/options.hpp"

namespace otklik::pbx {

/// Whether a socket can be bound there now; the text says why not. Binds and closes one.
Result<> try_bind(const sip::Listener& listener);

/// Those that can be bound. One that cannot is logged and left out, or with `any_free_port` gets port 0, which is said
/// too. `tried` as try_bind().
std::vector<sip::Listener> bindable(std::vector<sip::Listener> wanted, bool any_free_port,
                                    const std::function<Result<>(const sip::Listener&)>& tried = try_bind);

/// `sip:127.0.0.1:5060;transport=udp`, `sips:…;transport=tls`.
std::string text_of(const sip::Listener& listener);

}  // namespace otklik::pbx
