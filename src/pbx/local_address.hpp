#pragma once
#include <optional>
#include <string_view>

#include "base/address.hpp"
#include "pbx/options.hpp"

namespace otklik::pbx {

/// The address of this machine that packets to `peer` leave from, as the system's routes have it now. Nothing is sent.
/// Nothing: there is no way there.
std::optional<Address> address_towards(const Address& peer);

/// The two addresses of a leg's audio.
struct LocalAddresses {
  Address bound;  ///< of its sockets
  Address said;   ///< in c= and o=
};

/// For a peer at `peer`; nothing: a trunk that is known by name only. `towards` as address_towards().
LocalAddresses local_addresses(const AudioOptions& options, const std::optional<Address>& peer,
                               std::optional<Address> (*towards)(const Address&) = address_towards);

/// An address and no name, for settings.
std::optional<Address> literal_address(std::string_view text);

}  // namespace otklik::pbx
