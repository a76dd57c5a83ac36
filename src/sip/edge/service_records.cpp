#include "sip/edge/service_records.hpp"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <array>

namespace otklik::sip {

std::vector<ServiceRecord> service_records(const std::string& domain, Transport transport) {
  const std::string name = (transport == Transport::tls   ? "_sips._tcp."
                            : transport == Transport::tcp ? "_sip._tcp."
                                                          : "_sip._udp.") +
                           domain;
  std::array<unsigned char, 8192> answer{};
  const int size = ::res_query(name.c_str(), ns_c_in, ns_t_srv, answer.data(), static_cast<int>(answer.size()));
  ns_msg message{};
  if (size <= 0 || ::ns_initparse(answer.data(), std::min(size, static_cast<int>(answer.size())), &message) != 0)
    return {};
  struct Found {
    unsigned priority;
    unsigned weight;
    ServiceRecord record;
  };
  std::vector<Found> found;
  for (int i = 0; i < ns_msg_count(message, ns_s_an) && found.size() < 16; ++i) {
    ns_rr record{};
    if (::ns_parserr(&message, ns_s_an, i, &record) != 0 || ns_rr_type(record) != ns_t_srv || ns_rr_rdlen(record) < 7)
      continue;
    const unsigned char* data = ns_rr_rdata(record);
    std::array<char, NS_MAXDNAME> host{};
    if (::dn_expand(ns_msg_base(message), ns_msg_end(message), data + 6, host.data(), host.size()) < 0) continue;
    found.push_back({static_cast<unsigned>(data[0]) << 8 | data[1],
                     static_cast<unsigned>(data[2]) << 8 | data[3],
                     {host.data(), static_cast<std::uint16_t>(data[4] << 8 | data[5])}});
  }
  std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
    return a.priority != b.priority ? a.priority < b.priority : a.weight > b.weight;
  });
  std::vector<ServiceRecord> records;
  for (auto& one : found) {
    if (one.record.port != 0 && !one.record.host.empty()) records.push_back(std::move(one.record));
  }
  return records;
}

}  // namespace otklik::sip
