// What may be changed; each is called between its two entries of the audit log.
#include "api_table.h"
#include "headroom/daemon/json.h"

namespace headroom {

Result<Answer> Api::pause(const Asked&) const {
  return ports_.set_paused(true).map([this] { return json_answer(status_json(*ports_.board.read())); });
}

Result<Answer> Api::resume(const Asked&) const {
  return ports_.set_paused(false).map([this] { return json_answer(status_json(*ports_.board.read())); });
}

Result<Answer> Api::drain(const Asked& asked) const {
  return ports_.set_drained(asked.name, true).map([this] { return json_answer(status_json(*ports_.board.read())); });
}

Result<Answer> Api::undrain(const Asked& asked) const {
  return ports_.set_drained(asked.name, false).map([this] { return json_answer(status_json(*ports_.board.read())); });
}

}  // namespace headroom
