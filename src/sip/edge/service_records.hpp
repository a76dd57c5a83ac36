#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sip/values.hpp"

namespace otklik::sip {

struct ServiceRecord {
  std::string host;
  std::uint16_t port = 0;
};

/// Where a domain says that SIP is spoken (RFC 3263 4.2), in the order to be tried. Empty when there is no record.
/// Blocks for as long as the name server does.
std::vector<ServiceRecord> service_records(const std::string& domain, Transport transport);

}  // namespace otklik::sip
