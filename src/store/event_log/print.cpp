#include "store/event_log/print.hpp"

#include <variant>

#include "base/clock.hpp"
#include "base/json_writer.hpp"

namespace otklik::store {

void append_json_line(std::string& out, const RecordView& record) {
  JsonWriter(out)
      .begin_object()
      .field("sequence", record.sequence)
      .field("at", utc_text(record.at))
      .field("type", record.type)
      .key("data")
      .raw(record.payload)  // JSON without line breaks, as it was written
      .end_object();
  out += '\n';
}

void append_json_line(std::string& out, const Gap& gap) {
  JsonWriter(out)
      .begin_object()
      .key("gap")
      .begin_object()
      .field("from", gap.from)
      .field("to", gap.to)
      .field("why", name(gap.why))
      .end_object()
      .end_object();
  out += '\n';
}

Result<std::uint64_t> print_events(const std::string& folder, const PrintOptions& options,
                                   const std::function<bool(std::string_view lines)>& print,
                                   const std::function<bool()>& wait) {
  constexpr std::size_t print_together = 64 * 1024;
  EventReader reader(folder, options.from);
  std::string lines;
  std::uint64_t count = 0;
  const auto flush = [&] {
    const bool goes_on = lines.empty() || print(lines);
    lines.clear();
    return goes_on;
  };
  for (;;) {
    auto next = reader.next();
    if (!next) return std::unexpected(next.error());
    if (const auto* record = std::get_if<RecordView>(&*next)) {
      if (!options.type.empty() && record->type != options.type) continue;
      append_json_line(lines, *record);
      if (++count == options.count) break;
    } else if (const auto* gap = std::get_if<Gap>(&*next)) {
      append_json_line(lines, *gap);
    } else if (!flush() || !wait || !wait()) {
      return reader.position();
    }
    if (lines.size() >= print_together && !flush()) break;
  }
  flush();
  return reader.position();
}

}  // namespace otklik::store
