#pragma once
#include <string>
#include <string_view>

namespace otklik::pbx {

/// What a phone at 192.0.2.7:4000 offers or answers. `formats` and `attributes` as they stand.
inline std::string described(std::string_view formats, std::string_view attributes,
                             std::string_view profile = "RTP/AVP", std::string_view port = "4000") {
  return "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio " + std::string(port) + " " +
         std::string(profile) + " " + std::string(formats) + "\r\n" + std::string(attributes);
}

inline std::string plain_phone() { return described("8 0 101", "a=rtpmap:101 telephone-event/8000\r\n"); }
inline std::string phone_on_hold() {
  return described("8 0 101", "a=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n");
}

}  // namespace otklik::pbx
