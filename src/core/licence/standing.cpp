#include "core/licence/standing.hpp"

namespace otklik::core {
namespace {

using Kind = CertificateFault::Kind;

/// A row for each kind; `{}` stands for what the fault is about.
struct Row {
  Kind kind;
  std::string_view name, en, ru;
};

constexpr std::array rows{
    Row{Kind::unreadable, "unreadable", "the certificate cannot be read: {}", "сертификат не удаётся прочесть: {}"},
    Row{Kind::too_large, "too_large", "it is larger than a certificate can be: {} bytes",
        "он больше, чем бывает сертификат: {} байт"},
    Row{Kind::broken, "broken", "this is no certificate: line {} is not as it has to be",
        "это не сертификат: строка {} не такая, какой должна быть"},
    Row{Kind::bad_field, "bad_field", "a field of the certificate is wrong: {}", "поле сертификата неверно: {}"},
    Row{Kind::foreign_key, "foreign_key", "it is signed with the key {}, which is not among the trusted ones",
        "он подписан ключом {}, которого нет среди доверенных"},
    Row{Kind::bad_signature, "bad_signature",
        "the signature does not fit the certificate: it was changed after it was issued{}",
        "подпись не подходит к сертификату: он изменён после выдачи{}"},
    Row{Kind::other_product, "other_product", "it is for another product: {}", "он для другого продукта: {}"},
    Row{Kind::other_version, "other_version", "it is for other versions: {}", "он для других версий: {}"},
    Row{Kind::too_new, "too_new", "it covers versions up to {}, and this one is newer",
        "он действует для версий не новее {}, а эта новее"},
    Row{Kind::other_machine, "other_machine", "it is for another machine: {}", "он для другой машины: {}"},
    Row{Kind::not_yet_valid, "not_yet_valid", "it holds from {}", "он действует с {}"},
    Row{Kind::expired, "expired", "it expired on {}", "срок его действия истёк {}"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].kind) != i) return false;
  }
  return true;
}
static_assert(in_order(), "the rows stand in the order of the enumeration");

const Row& row(Kind kind) noexcept { return rows[static_cast<std::size_t>(kind)]; }

std::string filled(std::string_view sentence, std::string_view about) {
  const auto place = sentence.find("{}");
  std::string out(sentence.substr(0, place));
  out += about;
  out += sentence.substr(place + 2);
  return out;
}

}  // namespace

std::string_view name(CertificateFault::Kind kind) noexcept { return row(kind).name; }

FaultText explain(const CertificateFault& fault) {
  const Row& found = row(fault.kind);
  return {filled(found.en, fault.about), filled(found.ru, fault.about)};
}

std::string_view name(Standing::Kind kind) noexcept {
  switch (kind) {
    case Standing::Kind::open:
      return "open";
    case Standing::Kind::certificate:
      return "certificate";
    case Standing::Kind::refused:
      return "refused";
  }
  return {};
}

}  // namespace otklik::core
