#pragma once
#include <functional>

#include "core/ports/stored_files.hpp"
#include "web_api/call.hpp"
#include "web_api/method.hpp"

/// What the methods that send stored files share.
namespace otklik::web_api::methods {

inline constexpr Parameter attachment_parameter{
    .name = "attachment",
    .type = ParameterType::flag,
    .default_value = "1",
    .meaning = {"How a file is sent: 1 as an attachment, 0 as media by the type of its name",
                "Как отдать файл: 1 — вложением, 0 — как медиа по расширению имени"}};

/// Behind `download/rec/` and `download/fax/`.
inline constexpr Parameter code_tail{
    .name = "CODE",
    .required = true,
    .meaning = {"The code of its link, as it was handed out", "Код из выданной ссылки"}};

inline constexpr ErrorRow no_such_code_error{
    404, "not_found", {"No such code, or its file is gone", "Такого кода нет, или файл удалён"}};
inline constexpr ErrorRow busy_error{
    503,
    "too_many",
    {"More files are being opened than may be at once", "Одновременно открывается слишком много файлов"}};

/// Sends the file of that area which the code behind the method's name stands for.
void send_by_code(const Services& services, Call call, core::FileArea area);

/// `attachment`, or its default. Error: `bad_request`.
Result<bool> read_attachment(const Call& call);

/// Answers the call with the file once it is open, or with why it is not.
core::StoredFiles::Opened answer_with(Call call, bool attachment);

}  // namespace otklik::web_api::methods
