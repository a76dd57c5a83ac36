#pragma once
#include <functional>
#include <memory>
#include <string_view>

#include "net/http/form.hpp"
#include "net/http/request.hpp"
#include "web_api/call.hpp"
#include "web_api/entry.hpp"

namespace otklik::web_api {

/// Takes the body of one request piece by piece, for a method that does not want it collected. On the connection's
/// loop.
class Intake {
 public:
  virtual ~Intake() = default;
  /// False: nothing more is wanted; end() still follows and says why.
  virtual bool write(std::string_view piece) = 0;
  /// All has come: what the body says in parameters is among those of IntakeStart from here on. Not where write() said
  /// false.
  virtual void complete() = 0;
  /// Answers the call, now or later.
  virtual void end(Call call) = 0;
};

/// What an intake is made from, when the caller has been let in and nothing of the body has come.
struct IntakeStart {
  const Services& services;
  const net::Request& request;  ///< without its body; outlives the intake
  const Entry& entry;
  net::Form& parameters;  ///< of the URL; what the body adds becomes part of the call
  /// Any thread: true holds the client back, false lets it go on.
  std::move_only_function<void(bool)> hold;
};

}  // namespace otklik::web_api
