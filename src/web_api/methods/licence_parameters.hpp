#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "web_api/call.hpp"
#include "web_api/method.hpp"

/// What the three methods of the licence share.
namespace otklik::web_api::methods {

inline constexpr std::array<std::string_view, 3> licence_details{"regserial", "confirmdate", "updatelimitdate"};

inline constexpr Text licence_detail_meaning{
    R"(`regserial` the registration number, 7 digits; `confirmdate` when the certificate is next to be confirmed;
`updatelimitdate` the last date of versions that it covers. Dates are dd.MM.yyyy; one that never comes is 31.12.9999)",
    R"(`regserial` — номер регистрации из 7 цифр; `confirmdate` — дата следующего подтверждения сертификата;
`updatelimitdate` — последняя дата версий, на которые он распространяется. Даты в виде dd.MM.yyyy; та, что не наступит, —
31.12.9999)"};

}  // namespace otklik::web_api::methods
