#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "core/ports/upload_store.hpp"
#include "net/http/form.hpp"
#include "net/http/request.hpp"
#include "net/mime/multipart_parser.hpp"
#include "net/mime/part_head.hpp"
#include "net/mime/transfer_decoder.hpp"

namespace otklik::web_api {

/// Reads the body of an upload: files go to the store's Upload, the other fields of a form to the parameters.
///
/// A multipart body holds files and fields. A part is a field when its Content-Disposition is `form-data` without a
/// file name and its type, if it says one, is a text's; every other part is a file. A file field that nobody filled (an
/// empty name and nothing in it) is none. Any other body is one file, described by the request's own headers. A file
/// without a name gets a random one with the usual ending of its type.
///
/// A transfer encoding that is not what it says spoils its file; a malformed multipart spoils the whole.
class UploadBody final : private net::mime::PartHandler {
 public:
  /// `bad_request` for headers that cannot be understood, and for `application/x-www-form-urlencoded`, which is no
  /// file.
  static Result<std::unique_ptr<UploadBody>> make(const net::RequestHead& head, core::Upload& upload,
                                                  net::Form& parameters, std::size_t most_files);

  [[nodiscard]] bool is_one_file() const noexcept { return !parser_; }

  [[nodiscard]] Result<> feed(std::string_view piece);
  /// It has ended. `bad_request` also when it held no file.
  [[nodiscard]] Result<> finish();

 private:
  UploadBody(core::Upload& upload, net::Form& parameters, std::size_t most_files)
      : upload_(upload), parameters_(parameters), most_files_(most_files) {}

  Result<> begin_part(net::mime::PartHead head) override;
  Result<> part_data(std::string_view piece) override;
  Result<> end_part() override;

  Result<> begin_file();
  Result<> take_decoded(std::string_view bytes);
  Result<> spoil(Error why);

  core::Upload& upload_;
  net::Form& parameters_;
  const std::size_t most_files_;
  std::optional<net::mime::MultipartParser> parser_;  // none: the body is one file
  std::size_t files_ = 0;
  std::size_t field_bytes_ = 0;  // of all fields

  // The present part.
  net::mime::PartHead head_;
  net::mime::TransferDecoder decoder_;
  bool is_field_ = false;
  bool is_begun_ = false;  // its file has been begun
  bool is_spoilt_ = false;
  std::string value_;  // of a field
};

}  // namespace otklik::web_api
