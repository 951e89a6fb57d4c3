#include "headroom/daemon/move_keeper.h"

#include "headroom/daemon/move_file.h"

namespace headroom {

std::optional<MoveMemory> MoveKeeper::take_up(const std::vector<Host>& hosts, Instant begin) {
  if (file_.empty()) return std::nullopt;
  const auto errors = load_moves(file_, hosts, begin);
  if (errors) return MoveMemory(*errors);
  if (errors.error().code != ErrorCode::kNotFound) trouble_ = errors.error().message;
  return std::nullopt;
}

void MoveKeeper::keep(const MoveMemory& moves, const std::vector<Host>& hosts, Instant now, std::vector<std::string>& troubles) {
  if (!trouble_.empty()) troubles.push_back(std::exchange(trouble_, {}));
  if (file_.empty() || moves.finished() == kept_) return;
  const auto saved = save_moves(file_, moves.errors(), hosts, now);
  if (saved) kept_ = moves.finished();
  else troubles.push_back(saved.error().message);
}

}  // namespace headroom
