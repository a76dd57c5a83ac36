#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "base/text.hpp"
#include "net/mime/transfer_decoder.hpp"
#include "web_api/call.hpp"
#include "web_api/intake.hpp"
#include "web_api/methods/file_parameters.hpp"
#include "web_api/methods/methods.hpp"
#include "web_api/methods/script_parameters.hpp"
#include "web_api/script_answer.hpp"
#include "web_api/script_run.hpp"
#include "web_api/upload/upload_answer.hpp"
#include "web_api/upload/upload_body.hpp"
#include "web_api/upload/upload_order.hpp"

namespace otklik::web_api::methods {
namespace {

using Files = std::vector<core::UploadedFile>;

/// Everything that the parameters say, once all of them are known.
struct WholeOrder {
  UploadOrder upload;
  ScriptOrder script;  // of the script modes
  bool as_attachment = true;
};

/// Whom a temporary password lets in may lack the privilege to run scripts.
bool may_run_scripts(const core::Identity& who) noexcept { return who.privileges.has(core::Privilege::webapi_execute); }

Result<UploadOrder> read_allowed_order(const net::Form& parameters, const core::UploadStore& store,
                                       const core::Identity& who) {
  auto order = read_upload_order(parameters, store);
  if (order && order->runs_script() && !may_run_scripts(who)) {
    return fail(ErrorCode::forbidden, "The privilege webapi.execute is needed");
  }
  return order;
}

Result<WholeOrder> read_whole_order(const Call& call, const Services& services) {
  WholeOrder whole;
  auto upload = read_allowed_order(call.parameters(), services.uploads, call.caller());
  if (!upload) return std::unexpected(upload.error());
  whole.upload = std::move(*upload);
  if (!whole.upload.runs_script()) return whole;
  auto script = read_named_script_order(call.parameters(), *services.options);
  if (!script) return std::unexpected(script.error());
  whole.script = std::move(*script);
  const auto attachment = read_attachment(call);
  if (!attachment) return std::unexpected(attachment.error());
  whole.as_attachment = *attachment;
  return whole;
}

/// The scenario gets the list of files as its fifth start parameter, as the answer would have shown it; where it cannot
/// start, nobody will ever ask for them.
void run_with_files(const Services& services, Call call, WholeOrder order, Files files) {
  // A scenario reads text: of the spellings of the prolog only real UTF-16 would not be one.
  const auto encoding =
      services.options->xml_prolog == XmlProlog::utf_8 ? XmlEncoding::utf_8 : XmlEncoding::utf_8_called_utf_16;
  order.script.parameters[4] = render_upload_xml(files, order.upload.with_absolute_paths, encoding);
  auto start = script_start(call, order.script);
  std::string scenario = start.scenario;
  const bool is_plain = order.upload.mode == StorageMode::scriptplain;
  auto make = [&services, &request = call.request(), keeper = call.keeper(), style = call.style(), is_plain,
               as_attachment = order.as_attachment, scenario = std::move(scenario),
               files = std::move(files)](ScriptOutcome outcome) mutable {
    if (std::holds_alternative<core::StartRefusal>(outcome)) services.uploads.discard(std::move(files));
    return is_plain ? plain_response(std::move(outcome), request, scenario, as_attachment, services.files)
                    : xml_script_response(std::move(outcome), style, services.options->return_value);
  };
  run_script(services, std::move(start), order.script, call.take_responder(), std::move(make));
}

void answer(const Services& services, Call call, WholeOrder order, Files files) {
  for (const auto& file : files) {
    if (file.trouble) {
      log::warn("request {}: an uploaded file was not kept: {}", request_id(call.request()), file.trouble->message);
    }
  }
  if (const auto trouble = trouble_of_all(files)) return call.refuse(*trouble);
  if (order.upload.runs_script()) {
    return run_with_files(services, std::move(call), std::move(order), std::move(files));
  }
  call.answer(upload_response(files, order.upload.with_absolute_paths, call.style()));
}

class UploadIntake final : public Intake {
 public:
  UploadIntake(const Services& services, std::unique_ptr<core::Upload> upload, std::unique_ptr<UploadBody> body)
      : services_(services), upload_(std::move(upload)), body_(std::move(body)) {}

  bool write(std::string_view piece) override {
    received_ += piece.size();
    const auto limit = services_.options->upload_body_size;
    if (limit != 0 && received_ > limit) {
      trouble_ = Error(ErrorCode::too_large, "The body is too large");
    } else if (auto fed = body_->feed(piece); !fed) {
      trouble_ = std::move(fed.error());
    }
    // Nobody has to send gigabytes to hear that there is no room for them.
    const bool is_lost = body_->is_one_file() && upload_->is_lost();
    return !trouble_ && !is_lost;
  }

  void complete() override {
    if (auto whole = body_->finish(); !whole) trouble_ = std::move(whole.error());
  }

  void end(Call call) override {
    if (trouble_) return call.refuse(*trouble_);
    auto order = read_whole_order(call, services_);
    if (!order) return call.refuse(order.error());
    auto place = order->upload.place;
    upload_->finish(std::move(place),
                    [&services = services_, call = std::move(call), order = std::move(*order)](Files files) mutable {
                      answer(services, std::move(call), std::move(order), std::move(files));
                    });
  }

 private:
  const Services& services_;
  const std::unique_ptr<core::Upload> upload_;
  const std::unique_ptr<UploadBody> body_;
  std::uint64_t received_ = 0;
  std::optional<Error> trouble_;
};

Result<std::unique_ptr<Intake>> take_in(IntakeStart start) {
  const auto& services = start.services;
  const auto limit = services.options->upload_body_size;
  if (limit != 0 && start.request.content_length.value_or(0) > limit) {
    return fail(ErrorCode::too_large, "The body is too large");
  }
  // What is wrong in the URL is told before the body has come. Fields of the form may still say where it goes.
  const auto order = read_allowed_order(start.parameters, services.uploads, *start.entry.caller);
  if (!order) return std::unexpected(order.error());
  // Of several files, those for which there is room are kept; one that is encoded is smaller than it comes.
  const auto& request = start.request;
  const bool is_one_file = !iequals_ascii(request.header("content-type").substr(0, 10), "multipart/");
  const auto encoding = net::mime::transfer_encoding_named(trim(request.header("content-transfer-encoding")));
  const bool is_encoded =
      encoding == net::mime::TransferEncoding::base64 || encoding == net::mime::TransferEncoding::quoted_printable;
  auto upload = services.uploads.begin({.who = *start.entry.caller,
                                        .likely_area = order->place.area,
                                        .length = is_one_file && !is_encoded ? request.content_length : std::nullopt,
                                        .hold = std::move(start.hold)});
  if (!upload) return std::unexpected(upload.error());
  auto body = UploadBody::make(start.request, **upload, start.parameters, services.options->upload_files);
  if (!body) return std::unexpected(body.error());
  return std::make_unique<UploadIntake>(services, std::move(*upload), std::move(*body));
}

/// A request without a body: a file of no bytes, where it says that it is one.
void run(const Services& services, Call call) {
  if (call.request().method != net::Method::post) {
    auto refusal = error_response(405, "method_not_allowed", "An upload is a POST", call.request(), call.style());
    refusal.add("Allow", "POST, OPTIONS");
    return call.answer(std::move(refusal));
  }
  net::Form parameters = call.parameters();
  const Entry entry{std::make_shared<const core::Identity>(call.caller()), call.by_temporary_password()};
  auto intake = take_in({services, call.request(), entry, parameters, [](bool) {}});
  if (!intake) return call.refuse(intake.error());
  (*intake)->complete();
  (*intake)->end(std::move(call));
}

constexpr std::array parameters{
    Parameter{
        .name = "storagemode",
        .type = ParameterType::choice,
        .default_value = "temp",
        .choices = storage_modes,
        .meaning =
            {R"(Where the files go: `temp` (emptied at every start, open to `getsharedfile`), `storage` (opens with
authorization), `storageshared` (open to `getsharedfile`), or to the scenario `name` from a temporary folder of its
own: `script` answers as `execsvcscript`, `scriptplain` as `execsvcscriptplain`)",
             R"(Куда попадут файлы: `temp` — временная папка (очищается при каждом запуске, открыта для `getsharedfile`),
`storage` — хранилище (открывается с авторизацией), `storageshared` — его открытая папка (для `getsharedfile`), либо
сценарию `name` из отдельной временной папки: `script` отвечает как `execsvcscript`, `scriptplain` — как
`execsvcscriptplain`)"}},
    Parameter{
        .name = "pathmode",
        .type = ParameterType::choice,
        .choices = path_modes,
        .meaning =
            {R"(Which paths come back: `relative` to the data folder, as `download/files` and `getsharedfile` take them (the
default), or `absolute`, which is the default of what a scenario gets)",
             R"(Какие пути вернуть: `relative` — относительно папки данных, как их понимают `download/files` и
`getsharedfile` (по умолчанию), или `absolute` — полные; для сценария по умолчанию полные)"}},
    Parameter{.name = "subfolder",
              .meaning = {"Folder below the chosen place, made where it does not exist; never one that leads out of it",
                          "Подпапка в выбранном месте, создаётся при отсутствии; выйти за его пределы нельзя"}},
    Parameter{
        .name = "temppass",
        .meaning =
            {R"(A temporary password in place of Authorization, in the URL only. Opens one upload; for the script modes its user
needs the privilege `webapi.execute`)",
             R"(Временный пароль вместо Authorization, только в URL. Годится на одну загрузку; для режимов сценария его
пользователю нужна привилегия `webapi.execute`)"}},
    Parameter{.name = "name",
              .meaning = {"Script modes: the scenario, which is required there",
                          "Режимы сценария: название сценария, там обязательно"}},
    startparam1_parameter,
    startparam2_parameter,
    startparam3_parameter,
    startparam4_parameter,
    async_parameter,
    timeout_parameter,
    attachment_parameter,
};

constexpr std::array errors{
    ErrorRow{400,
             "bad_request",
             {"The body holds no file, is malformed or ends too early; nothing of it is kept",
              "В теле нет файла, оно составлено неверно или оборвано; ничего не сохранено"}},
    ErrorRow{403,
             "forbidden",
             {"`subfolder` leads out of its place; or a script mode without the privilege",
              "`subfolder` выходит за пределы места; либо режим сценария без привилегии"}},
    ErrorRow{405, "method_not_allowed", {"Not a POST", "Не POST"}},
    ErrorRow{413,
             "too_large",
             {"The upload or every file of it is past a limit", "Загрузка или каждый её файл больше предела"}},
    ErrorRow{503,
             "too_many",
             {"Too many uploads are under way (`Retry-After`)", "Идёт слишком много загрузок (`Retry-After`)"}},
    ErrorRow{507,
             "storage_full",
             {"No file could be kept: the disk is full, or a quota is used up",
              "Ни один файл не сохранён: нет места на диске или исчерпана квота"}},
};

}  // namespace

constinit const Method upload{
    .name = "upload",
    .summary = {"Stores the files that a POST brings", "Сохраняет файлы, присланные запросом POST"},
    .details =
        {R"(The body is `multipart/form-data` with any number of files (nested multiparts too), or `application/octet-stream`:
one file, described by the request's own headers. Names come from `filename` of Content-Disposition, however it is
spelt; a file without one gets a random name with the ending of its type. Content-Transfer-Encoding may be 7bit,
8bit, binary (the default), base64 or quoted-printable. Fields of the form that are not files count as parameters;
the URL wins. A file is visible when it is whole and on the disk, and never replaces another: `name.ext`, `name
(2).ext` and so on. `count` is the number of files; one that could not be kept has `saved="0"`, the others are there.
Temporary files lie in a folder of random name each. A scenario gets the same list as its fifth start parameter.)",
         R"(Тело — `multipart/form-data` с любым числом файлов (в том числе вложенные multipart) либо
`application/octet-stream`: один файл, описанный заголовками самого запроса. Имена берутся из `filename` заголовка
Content-Disposition в любом написании; файл без имени получает случайное с расширением по типу.
Content-Transfer-Encoding — 7bit, 8bit, binary (по умолчанию), base64 или quoted-printable. Поля формы, не являющиеся
файлами, считаются параметрами, главнее URL. Файл становится виден, когда он целиком на диске, и никогда не заменяет
другой: `имя.txt`, `имя (2).txt` и далее. `count` — число файлов; у несохранённого `saved="0"`, остальные на месте.
Временные файлы лежат каждый в папке со случайным именем. Сценарий получает такой же список пятым стартовым
параметром.)"},
    .parameters = parameters,
    .answer = AnswerKind::xml,
    .temppass = core::TemporaryUse::upload,
    .is_download = false,
    .errors = errors,
    .example_request = "/upload?storagemode=storage&subfolder=MessageFiles",
    .example_answer = R"(<?xml version="1.0" encoding="utf-16"?>
<uploadfilesresult count="3">
  <file name="1.jpg" saved="1" size="13277" path="LocalStorage/MessageFiles/1.jpg"/>
  <file name="note.txt" saved="1" size="938" path="LocalStorage/MessageFiles/note (2).txt"/>
  <file name="noteerror.txt" saved="0"/>
</uploadfilesresult>)",
    .run = &run,
    .take_in = &take_in,
};

}  // namespace otklik::web_api::methods
