#include "media/engine.hpp"

#include "media/engine/control.hpp"

namespace otklik::media {

Engine::Engine(std::unique_ptr<Control> control) : control_(std::move(control)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::start(EngineOptions options, Listener listener) {
  auto control = std::make_unique<Control>(std::move(options), std::move(listener));
  if (auto started = control->start(); !started) return std::unexpected(started.error());
  return std::unique_ptr<Engine>(new Engine(std::move(control)));
}

Result<LegPlace> Engine::create_leg(const LegOptions& options) { return control_->create_leg(options); }
Result<> Engine::set_remote(LegId leg, const Remote& remote) { return control_->set_remote(leg, remote); }
Result<> Engine::join(LegId a, LegId b) { return control_->bridge({{a, {}}, {b, {}}}); }
Result<> Engine::bridge(const std::vector<Member>& members) { return control_->bridge(members); }
Result<> Engine::part(LegId leg) { return control_->part(leg); }
Result<> Engine::echo(LegId leg) { return control_->echo(leg); }
Result<PlayId> Engine::play(LegId leg, Play what) { return control_->play(leg, std::move(what)); }
Result<> Engine::stop_playing(LegId leg) { return control_->stop_playing(leg); }
Result<> Engine::send_digits(LegId leg, std::string_view digits, std::chrono::milliseconds length) {
  return control_->send_digits(leg, digits, length);
}
Result<> Engine::stop_digits(LegId leg) { return control_->stop_digits(leg); }
Result<RecordingId> Engine::record(const Recording& recording) { return control_->record(recording); }
Result<> Engine::pause_recording(RecordingId recording, bool paused) {
  return control_->pause_recording(recording, paused);
}
Result<> Engine::stop_recording(RecordingId recording) { return control_->stop_recording(recording); }
Result<> Engine::close(LegId leg) { return control_->close(leg); }
Result<LegFigures> Engine::figures(LegId leg) const { return control_->figures(leg); }
EngineFigures Engine::figures() const { return control_->figures(); }

}  // namespace otklik::media
