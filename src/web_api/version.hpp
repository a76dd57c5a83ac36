#pragma once
#include <array>
#include <memory>
#include <string>

#include "net/http/response.hpp"
#include "web_api/answer.hpp"

namespace otklik::web_api {

/// What getversion shows. Handed in by the application, which knows all the parts; none is typed in by hand.
struct VersionFigures {
  struct Media {
    std::string build;  ///< `2.15.40.134`
    std::string date;   ///< yyMMdd
  };

  std::string program;      ///< `2.7.120918(4644.26860)`
  std::string database;     ///< of the database schema: `120711`
  std::string environment;  ///< compiler and runtime
  std::string build;        ///< `2.7.4644.26860`
  std::string date;         ///< yyMMdd; the WebSocket's `version.dated` says the same
  Media media;

  /// All from base/build_info.hpp. Until there is a media layer with figures of its own these stand for it, and the
  /// build's date for the schema's.
  static VersionFigures of_this_build();
};

/// getversion rendered beforehand, once for each form of its answer, so that it costs next to nothing.
class VersionAnswers {
 public:
  explicit VersionAnswers(const VersionFigures& figures);

  [[nodiscard]] net::Response response(const AnswerStyle& style) const;

 private:
  struct Variant {
    std::shared_ptr<const std::string> body;
    std::string headers;
  };
  static std::size_t index(const AnswerStyle& style) noexcept;

  std::array<Variant, 4> variants_;
};

}  // namespace otklik::web_api
