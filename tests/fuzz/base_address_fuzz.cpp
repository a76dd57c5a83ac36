// An address, network or endpoint that was read is written in a form that reads back as the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/address.hpp"
#include "base/uuid.hpp"

namespace {
void require(bool holds) {
  if (!holds) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace otklik;
  const std::string_view input(reinterpret_cast<const char*>(data), size);  // NOLINT: the fuzzer's own shape

  if (const auto address = Address::parse(input)) {
    require(Address::parse(address->text()) == address);
    require(address->subnet_key().subnet_key() == address->subnet_key());
  }
  if (const auto network = Network::parse(input)) {
    require(network->bits >= 0 && network->bits <= 128);
    require(network->contains(network->address));
  }
  if (const auto endpoint = Endpoint::parse(input)) {
    const auto again = Endpoint::parse(endpoint->text());
    require(again && again->host == endpoint->host && again->port == endpoint->port);
  }
  if (const auto id = Uuid::parse(input)) require(Uuid::parse(id->text()) == id);
  return 0;
}
