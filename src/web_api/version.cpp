#include "web_api/version.hpp"

#include <gnu/libc-version.h>

#include "base/build_info.hpp"

namespace otklik::web_api {
namespace {

Envelope version_envelope(const VersionFigures& figures) {
  return {"version",
          {{"version",
            std::nullopt,
            {Property::text("text", "Версия программы: " + figures.program + ". Версия БД: " + figures.database + "."),
             Property::text("environment", figures.environment), Property::text("build", figures.build),
             Property::simple("date", figures.date), Property::text("halbuild", figures.media.build),
             Property::simple("haldate", figures.media.date)}}},
          false};
}

}  // namespace

VersionFigures VersionFigures::of_this_build() {
  VersionFigures figures;
  figures.program = fmt::format("{}.{}.{}({}.{})", build::version_major, build::version_minor, build::date, build::day,
                                build::half_second);
  figures.database = build::date;
  figures.environment = fmt::format("{}, glibc {}", build::compiler, gnu_get_libc_version());
  figures.build =
      fmt::format("{}.{}.{}.{}", build::version_major, build::version_minor, build::day, build::half_second);
  figures.date = build::date;
  figures.media = {figures.build, figures.date};
  return figures;
}

VersionAnswers::VersionAnswers(const VersionFigures& figures) {
  const Envelope envelope = version_envelope(figures);
  for (const AnswerStyle style :
       {AnswerStyle{false, XmlEncoding::utf_8_called_utf_16}, AnswerStyle{false, XmlEncoding::utf_8},
        AnswerStyle{false, XmlEncoding::utf_16}, AnswerStyle{true, XmlEncoding::utf_8}}) {
    net::Response rendered = envelope_response(envelope, style);
    rendered.add("Cache-Control", "no-cache");
    Variant& variant = variants_[index(style)];
    variant.body = std::make_shared<const std::string>(std::get<std::string>(std::move(rendered.body)));
    variant.headers = std::move(rendered.headers);
  }
}

net::Response VersionAnswers::response(const AnswerStyle& style) const {
  const Variant& variant = variants_[index(style)];
  net::Response response;
  response.headers = variant.headers;
  response.body = variant.body;
  return response;
}

std::size_t VersionAnswers::index(const AnswerStyle& style) noexcept {
  return style.json ? 3 : static_cast<std::size_t>(style.encoding);
}

}  // namespace otklik::web_api
