#pragma once
#include <functional>

#include "base/address.hpp"
#include "net/http/request.hpp"

namespace otklik::net {

/// Reads X-Forwarded-For and X-Forwarded-Proto of a request that came from a trusted proxy into `peer` and `secure`.
/// The addresses are read from the right, each proxy's own addition: the first that is no trusted proxy is the caller;
/// what stands to its left anybody can have written. An address that cannot be read ends the search.
void apply_forwarded(RequestHead& request, const std::function<bool(const Address&)>& is_trusted);

}  // namespace otklik::net
