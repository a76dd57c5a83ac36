#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "core/ports/stored_files.hpp"

namespace otklik::files {

/// What links are signed with.
using LinkKey = std::array<std::uint8_t, 32>;

/// The key in a file that only its owner can read; made where there is none. Errors: `failed`, with what to do, when
/// the file is there and holds no key: a new one would end every link that was ever handed out.
Result<LinkKey> load_or_make_link_key(const std::string& path);

/// Links to recordings and faxes by signed codes, and to voicemails by their ids.
///
/// A code names a file of the index, says when it was made, and carries an HMAC over both: nobody makes one up, and no
/// secret is kept of those handed out. It opens nothing by itself, since the methods ask for authorization too.
class Links final : public core::FileLinks {
 public:
  /// `lifetime`: how long a code lasts from when it was made; zero: for ever. `clock` outlives it.
  Links(const LinkKey& key, std::chrono::seconds lifetime, const Clock& clock)
      : key_(key), lifetime_(lifetime), clock_(clock) {}

  /// For every code from now on, also those that are out. Any thread.
  void use(std::chrono::seconds lifetime) { lifetime_ = lifetime; }

  Result<std::string> link_to(const core::StoredFile& file) override;

  /// The code alone; 51 characters of the URL-safe base64 alphabet.
  [[nodiscard]] std::string code_of(core::FileArea area, const Uuid& file) const;

  /// The file that a code means, or a whole link with it: `/download/rec/CODE`, with or without the server's address
  /// before it and a query behind, or `downloadrecordbylink?recordlink=CODE`. `not_found` for anything that is no code
  /// of this server for this area, or has outlived its time.
  [[nodiscard]] Result<Uuid> file_of(core::FileArea area, std::string_view code_or_link) const;

 private:
  using Signature = std::array<std::uint8_t, 16>;
  [[nodiscard]] Signature sign(std::string_view content) const;

  const LinkKey key_;
  std::atomic<std::chrono::seconds> lifetime_;
  const Clock& clock_;
};

/// The code in a link; what is no link is taken for a code as it stands.
std::string_view code_in(std::string_view code_or_link) noexcept;

}  // namespace otklik::files
