#pragma once
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include "net/application.hpp"
#include "net/census.hpp"
#include "net/exchange.hpp"
#include "net/loop/loop.hpp"
#include "net/transport/transport.hpp"
#include "net/worker.hpp"

namespace otklik::net {

/// One client's connection. It reads one request, has it answered, reads the next: a client that pipelines finds its
/// requests served strictly in order, what it sends meanwhile waits in the kernel, and so it fills no memory of ours.
///
/// All work is done in turns, on the loop: a turn begins with an event, a time limit or an answer, does what can be
/// done without waiting, up to a budget, and ends with one write of all that became ready (connection.cpp reads,
/// connection_output.cpp writes). Kept alive by its worker while it is open or an answer is out.
class Connection final : public Watcher, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Worker& worker, Transport transport, Application& application, const Address& peer, Census::Place place);
  ~Connection();

  /// Begins. On the loop.
  void start();
  /// Closes if nothing of a request has come, else after the present answer.
  void drain();
  /// Closes at once; what is still out will find nobody.
  void abandon();

  void on_events(std::uint32_t events) override;

  // For Responder and BodyFlow, on any thread.
  [[nodiscard]] bool is_here() const noexcept { return mailbox_->is_here(); }
  bool post(Mailbox::Work&& work) { return mailbox_->post(std::move(work)); }

  // For Responder and BodyFlow, on the loop. `request` is the id; one of an earlier request does nothing.
  void answer(std::uint64_t request, Response&& response);
  void run_after(std::uint64_t request, std::chrono::milliseconds delay, std::move_only_function<void()> work);
  void pause_body(std::uint64_t request);
  void resume_body(std::uint64_t request);

  std::size_t place_in_worker_ = 0;  ///< the worker's

 private:
  enum class Phase : std::uint8_t {
    handshake,
    head,  ///< idle, or a part of a head has come
    body,
    serving,    ///< the application has it
    sending,    ///< a body that did not fit into the batch
    closing,    ///< the rest goes out, then it ends
    lingering,  ///< all is sent; what the client still sends is thrown away, so that it gets to read the answer
    closed
  };
  class Decision;

  // connection.cpp
  void turn();
  bool step();
  void set_deadline();
  void out_of_time();
  bool advance_handshake();
  bool advance_head();
  bool advance_lingering();
  Transport::Result read(char* into, std::size_t room);
  void begin_request();
  void serve();
  Responder responder();
  void refuse(int status, std::string_view reason);
  void log_exception(const std::exception& exception) const;
  void close_socket();
  void let_go_if_done();

  // connection_body.cpp
  void begin_body();
  bool advance_body();
  bool take_body(std::string_view bytes);
  bool take_piece(std::string_view piece);
  bool is_too_slow() const;
  void end_body();
  void lose_body();

  // connection_output.cpp
  bool begin_answer();
  bool advance_sending();
  bool send_memory();
  bool send_file();
  bool send_source();
  bool next_part();
  bool flush(bool more = false);
  void wrote(std::size_t bytes);
  void finish_exchange();
  void hand_over();

  Worker& worker_;
  const std::shared_ptr<Mailbox> mailbox_;
  Application& application_;
  Transport transport_;
  const Address peer_;
  Census::Place place_;
  std::unique_ptr<Exchange> exchange_;
  std::string out_;  ///< what the socket did not take
  std::size_t out_begin_ = 0;
  Timer deadline_;
  Timer later_;             ///< Responder::after
  std::int64_t began_ = 0;  ///< of the handshake, the head, the body or lingering
  std::int64_t moved_ = 0;  ///< when the client last took or sent something
  std::int64_t paused_at_ = 0;
  std::uint64_t received_ = 0;     ///< bytes of the present body
  std::uint64_t outstanding_ = 0;  ///< id of the request whose Responder is out; 0: none is
  std::uint64_t requests_ = 0;
  int budget_ = 0;  ///< of the present turn
  Phase phase_ = Phase::head;
  bool in_turn_ = false;
  bool readable_ = true;       ///< reading may bring something
  bool peer_ended_ = false;    ///< its end has come, though perhaps behind bytes that are still to be read
  bool ended_ = false;         ///< the client sends no more
  bool close_after_ = false;   ///< no request after the present one
  bool unread_input_ = false;  ///< closing while the client may still be sending: linger
  bool answered_ = false;      ///< exchange_->response is there
  bool body_paused_ = false;
};

}  // namespace otklik::net
