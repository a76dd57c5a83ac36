#include "licence/certificate.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "licence/document.hpp"

namespace otklik::licence {
namespace {

using Kind = core::CertificateFault::Kind;
using core::Licensed;
using core::Terms;

constexpr std::string_view form = "otklik licence certificate 1";
constexpr std::string_view unlimited = "unlimited";
constexpr std::size_t longest_text = 256;
constexpr std::size_t signature_size = 64;
constexpr std::size_t issuer_size = 16;
constexpr std::size_t machine_size = 64;

bool all_of(std::string_view text, std::string_view alphabet) {
  return text.find_first_not_of(alphabet) == std::string_view::npos;
}
bool are_digits(std::string_view text) { return all_of(text, "0123456789"); }
bool are_hex_digits(std::string_view text) { return all_of(text, "0123456789abcdef"); }

/// Controls and the two separators would break a line of the page; the last two code points are none for XML.
bool is_printed(char32_t c) {
  return c >= 0x20 && !(c >= 0x7F && c <= 0x9F) && c != 0x2028 && c != 0x2029 && c != 0xFFFE && c != 0xFFFF;
}

bool is_text(std::string_view text) {
  if (text.empty() || text.size() > longest_text || !is_utf8(text) || trim(text).size() != text.size()) return false;
  bool good = true;
  for_each_code_point(text, [&](char32_t c) { good = good && is_printed(c); });
  return good;
}

/// `*`, or one to three numbers with dots between.
bool is_versions(std::string_view text) {
  if (text == "*") return true;
  for (int numbers = 1;; ++numbers) {
    const auto dot = text.find('.');
    const auto number = text.substr(0, dot);
    if (number.empty() || number.size() > 6 || !are_digits(number)) return false;
    if (number.size() > 1 && number.front() == '0') return false;
    if (dot == std::string_view::npos) return true;
    if (numbers == 3) return false;
    text.remove_prefix(dot + 1);
  }
}

std::string limit_text(const core::Limit& limit) { return limit ? std::to_string(*limit) : std::string(unlimited); }

bool read_limit(std::string_view text, core::Limit& into) {
  if (text == unlimited) {
    into.reset();
    return true;
  }
  std::uint32_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return false;
  into = value;
  return true;
}

bool read_date(std::string_view text, core::Date& into) {
  const auto date = core::parse_date(text);
  if (date) into = *date;
  return date.has_value();
}

/// One field: its key, its only spelling, and how that is read. `read` may take what is no value of the field: what it
/// has read is written again and must be the same text, and `holds` must like it.
struct Field {
  std::string_view key;
  std::string (*write)(const Certificate&);
  bool (*read)(Certificate&, std::string_view);
};

template <std::string Terms::* member, bool (*is_good)(std::string_view)>
constexpr Field text_field(std::string_view key) {
  return {key, [](const Certificate& c) { return c.terms.*member; },
          [](Certificate& c, std::string_view text) {
            c.terms.*member = text;
            return is_good(text);
          }};
}

template <core::Date Terms::* member>
constexpr Field date_field(std::string_view key) {
  return {key, [](const Certificate& c) { return core::date_text(c.terms.*member); },
          [](Certificate& c, std::string_view text) { return read_date(text, c.terms.*member); }};
}

template <Licensed what>
constexpr Field limit_field(std::string_view key) {
  return {key, [](const Certificate& c) { return limit_text(c.terms.limits[what]); },
          [](Certificate& c, std::string_view text) { return read_limit(text, c.terms.limits[what]); }};
}

bool is_registration(std::string_view text) { return text.size() == 7 && are_digits(text) && text.front() != '0'; }
bool is_machine(std::string_view text) { return text.empty() || (text.size() == machine_size && are_hex_digits(text)); }

constexpr std::array fields{
    text_field<&Terms::registration, is_registration>("regserial"),
    text_field<&Terms::owner, is_text>("owner"),
    text_field<&Terms::product, is_text>("product"),
    text_field<&Terms::versions, is_versions>("version"),
    text_field<&Terms::machine, is_machine>("machine"),
    Field{"notbefore", [](const Certificate& c) { return core::date_text(c.terms.not_before.value_or(core::Date{})); },
          [](Certificate& c, std::string_view text) { return read_date(text, c.terms.not_before.emplace()); }},
    date_field<&Terms::not_after>("notafter"),
    date_field<&Terms::confirm>("confirmdate"),
    date_field<&Terms::update_limit>("updatelimitdate"),
    limit_field<Licensed::users>("users"),
    limit_field<Licensed::operators>("operators"),
    limit_field<Licensed::inner_lines>("lines_inner"),
    limit_field<Licensed::outer_lines>("lines_outer"),
    Field{"issuer", [](const Certificate& c) { return c.issuer; },
          [](Certificate& c, std::string_view text) {
            c.issuer = text;
            return text.size() == issuer_size && are_hex_digits(text);
          }},
};
constexpr std::string_view signature_key = "signature";

/// Null, or the key of the first field that is no value of its kind.
const Field* first_bad(const Certificate& certificate) {
  for (const Field& field : fields) {
    Certificate again;
    const std::string text = field.write(certificate);
    if (!field.read(again, text) || field.write(again) != text) return &field;
  }
  return nullptr;
}

std::unexpected<core::CertificateFault> bad_field(std::string_view key) {
  return std::unexpected(core::CertificateFault{Kind::bad_field, std::string(key)});
}

}  // namespace

std::string signed_bytes(const Certificate& certificate) {
  std::string out(form);
  out += '\n';
  for (const Field& field : fields) {
    const std::string value = field.write(certificate);
    ((out += field.key) += ' ') += std::to_string(value.size());
    ((out += ' ') += value) += '\n';
  }
  return out;
}

std::string certificate_text(const Certificate& certificate) {
  Properties properties;
  for (const Field& field : fields) properties.emplace_back(field.key, field.write(certificate));
  properties.emplace_back(signature_key, base64(certificate.signature));
  return write_document(properties);
}

std::expected<Certificate, core::CertificateFault> read_certificate(std::string_view text) {
  const auto properties = read_document(text);
  if (!properties) return std::unexpected(properties.error());
  Certificate certificate;
  auto next = properties->begin();
  for (const Field& field : fields) {
    if (next == properties->end() || next->first != field.key || !field.read(certificate, next->second) ||
        field.write(certificate) != next->second) {
      return bad_field(field.key);
    }
    ++next;
  }
  if (next == properties->end() || next->first != signature_key) return bad_field(signature_key);
  const auto signature = from_base64(next->second);
  if (!signature || signature->size() != signature_size || base64(*signature) != next->second) {
    return bad_field(signature_key);
  }
  certificate.signature = *signature;
  // The key of an unknown field is a stranger's text: it is not repeated.
  if (++next != properties->end()) return bad_field("?");
  if (*certificate.terms.not_before > certificate.terms.not_after) return bad_field("notafter");
  return certificate;
}

Result<> check_terms(const core::Terms& terms) {
  Certificate certificate{terms, std::string(issuer_size, '0'), {}};
  if (!terms.not_before) return fail(ErrorCode::bad_request, "notbefore is missing");
  if (const Field* field = first_bad(certificate)) {
    return fail(ErrorCode::bad_request,
                std::string(field->key) + ": \"" + field->write(certificate) + "\" will not do");
  }
  if (*terms.not_before > terms.not_after) return fail(ErrorCode::bad_request, "notafter lies before notbefore");
  return {};
}

}  // namespace otklik::licence
