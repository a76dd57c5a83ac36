#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sip/dialogs/sofia.hpp"
#include "sip/values.hpp"

namespace otklik::sip {

/// What the library has parsed, as values of ours. The library's pointers may be null everywhere.
std::string text_of(const char* text);
std::string sdp_of(const sip_t* sip);  ///< the body, if it is an SDP
std::string body_of(const sip_t* sip);
Party party_of(const sip_addr_t* address);  ///< From, To and their like
Party party_of(std::string_view name_address);
std::string header_of(const sip_t* sip,
                      std::string_view name);  ///< one that the library does not parse, or parses as text
std::vector<Header> interesting_headers(const sip_t* sip);
std::string user_agent_of(const sip_t* sip);
/// Without control characters; well-formed UTF-8.
std::string clean(std::string_view text);

}  // namespace otklik::sip
