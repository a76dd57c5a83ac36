#include "web_api/upload/upload_body.hpp"

#include <memory>
#include <utility>

#include "base/random.hpp"
#include "base/text.hpp"
#include "net/file/media_type.hpp"
#include "net/mime/charset.hpp"

namespace otklik::web_api {
namespace {

using net::mime::PartHead;

constexpr std::size_t most_field_bytes = 256 * 1024;  // of all fields of a form

bool is_text(std::string_view type) noexcept {
  return type.empty() || type == "text/plain" || type == "application/json" ||
         type == "application/x-www-form-urlencoded";
}

bool is_field(const PartHead& head) noexcept {
  return head.disposition.value == "form-data" && !head.has_file_name() && is_text(head.type.value);
}

std::string field_text(const PartHead& head, std::string_view bytes) {
  if (const auto charset = head.type.parameter("charset")) {
    if (auto text = net::mime::utf8_from(*charset, bytes)) return std::move(*text);
  }
  return to_utf8(bytes);
}

std::string name_of(const PartHead& head) {
  auto name = head.file_name();
  if (!name.empty()) return name;
  name = random_text(96);
  if (const auto ending = net::usual_ending(head.type.value); !ending.empty()) (name += '.') += ending;
  return name;
}

}  // namespace

Result<std::unique_ptr<UploadBody>> UploadBody::make(const net::RequestHead& head, core::Upload& upload,
                                                     net::Form& parameters, std::size_t most_files) {
  auto own = net::mime::make_part_head(head.header("content-disposition"), head.header("content-type"),
                                       head.header("content-transfer-encoding"));
  if (!own) return std::unexpected(own.error());
  std::unique_ptr<UploadBody> body(new UploadBody(upload, parameters, most_files));
  if (own->is_multipart()) {
    const auto boundary = net::mime::boundary_of(own->type);
    if (!boundary) return std::unexpected(boundary.error());
    PartHandler& parts = *body;
    body->parser_.emplace(*boundary, parts);
    return body;
  }
  if (own->type.value == "application/x-www-form-urlencoded") {
    return fail(ErrorCode::bad_request, "An upload is multipart/form-data or application/octet-stream");
  }
  body->head_ = std::move(*own);
  body->decoder_ = net::mime::TransferDecoder(body->head_.encoding);
  if (auto begun = body->begin_file(); !begun) return std::unexpected(begun.error());
  return body;
}

Result<> UploadBody::feed(std::string_view piece) { return parser_ ? parser_->feed(piece) : part_data(piece); }

Result<> UploadBody::finish() {
  if (auto ended = parser_ ? parser_->finish() : end_part(); !ended) return ended;
  if (files_ == 0) return fail(ErrorCode::bad_request, "The request holds no file");
  return {};
}

Result<> UploadBody::begin_part(PartHead head) {
  head_ = std::move(head);
  decoder_ = net::mime::TransferDecoder(head_.encoding);
  is_field_ = is_field(head_);
  is_begun_ = is_spoilt_ = false;
  value_.clear();
  // Whether one with an empty name is a file, its first byte tells.
  const bool may_be_unfilled = head_.has_file_name() && head_.file_name().empty();
  return is_field_ || may_be_unfilled ? Result<>() : begin_file();
}

Result<> UploadBody::begin_file() {
  if (++files_ > most_files_) return fail(ErrorCode::too_large, "Too many files in one upload");
  is_begun_ = true;
  upload_.begin_file(name_of(head_));
  return {};
}

Result<> UploadBody::part_data(std::string_view piece) {
  if (is_spoilt_) return {};
  const auto decoded = decoder_.decode(piece);
  return decoded ? take_decoded(*decoded) : spoil(decoded.error());
}

Result<> UploadBody::take_decoded(std::string_view bytes) {
  if (is_field_) {
    field_bytes_ += bytes.size();
    if (field_bytes_ > most_field_bytes) return fail(ErrorCode::too_large, "The fields of the form are too large");
    value_ += bytes;
    return {};
  }
  if (bytes.empty()) return {};
  if (!is_begun_) {
    if (auto begun = begin_file(); !begun) return begun;
  }
  upload_.write(bytes);
  return {};
}

Result<> UploadBody::spoil(Error why) {
  if (is_field_) return std::unexpected(std::move(why));
  if (!is_begun_) {
    if (auto begun = begin_file(); !begun) return begun;
  }
  is_spoilt_ = true;
  upload_.give_up_file(std::move(why));
  return {};
}

Result<> UploadBody::end_part() {
  if (!is_spoilt_) {
    if (auto whole = decoder_.finish(); !whole) {
      if (auto spoilt = spoil(std::move(whole.error())); !spoilt) return spoilt;
    }
  }
  if (is_field_) {
    parameters_.add(head_.field_name(), field_text(head_, value_));
  } else if (is_begun_) {
    upload_.end_file();
  }
  return {};
}

}  // namespace otklik::web_api
