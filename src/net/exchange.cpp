#include "net/exchange.hpp"

#include <algorithm>
#include <cstring>

namespace otklik::net {

void Exchange::make_room(std::size_t least) {
  if (capacity - end >= least) return;
  const std::size_t held = end - begin;
  if (capacity - held >= least) {
    std::memmove(buffer.get(), buffer.get() + begin, held);
  } else {
    std::size_t larger = capacity * 2;
    while (larger - held < least) larger *= 2;
    std::unique_ptr<char[]> grown(new char[larger]);
    std::memcpy(grown.get(), buffer.get() + begin, held);
    buffer = std::move(grown);
    capacity = larger;
  }
  begin = 0;
  end = held;
}

void Exchange::take_carry() {
  if (carry.empty()) return;
  const std::string bytes = std::move(carry);
  carry.clear();
  make_room(bytes.size());
  std::memcpy(buffer.get() + end, bytes.data(), bytes.size());
  end += bytes.size();
}

void Exchange::reset_request() {
  if (is_fresh) return;
  is_fresh = true;
  parser.reset();
  request = Request();
  chunks.reset();
  body_left = 0;
  body_limit = 0;
  if (body.capacity() > kept_body) {
    body = std::string();
  } else {
    body.clear();
  }
  sink.reset();
  response.status = 200;
  response.headers.clear();
  response.body.emplace<std::monostate>();
  response.close = false;
  later = nullptr;
  memory_left = {};
  file = -1;
  file_left = 0;
  part = 0;
  sent = 0;
}

void Exchange::reset_all() {
  reset_request();
  fields.clear();
  begin = end = 0;
  carry.clear();
  if (capacity > usual_capacity) {
    capacity = usual_capacity;
    buffer.reset(new char[usual_capacity]);
  }
}

}  // namespace otklik::net
