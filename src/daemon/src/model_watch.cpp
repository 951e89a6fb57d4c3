#include "headroom/daemon/model_watch.h"

#include <fmt/format.h>

namespace headroom {

Result<ModelWatch> ModelWatch::make(std::shared_ptr<const GlobalModel> model, ModelWatchOptions options, ModelSeats seats) {
  if (options.trainer != nullptr && !options.sees)
    return invalid(fmt::format("there is no model to train again: {} does not forecast with it", options.policy));
  if (options.trainer != nullptr && !model) return invalid("there is no model to train again");
  return ModelWatch(std::move(model), std::move(options), std::move(seats));
}

ModelWatch::ModelWatch(std::shared_ptr<const GlobalModel> model, ModelWatchOptions options, ModelSeats seats)
    : in_force_(std::move(model)), options_(std::move(options)), seats_(std::move(seats)) {
  if (options_.sees && in_force_) {
    succession_.emplace(in_force_, options_.trial);
    drift_.emplace(in_force_->info());
  }
  if (!options_.sees || in_force_) options_.without_model.clear();
}

void ModelWatch::before_round(Instant now) {
  if (options_.trainer == nullptr) return;
  auto next = options_.trainer->take();
  if (!next) return;
  succession_->challenge(std::move(next), now);
  seats_.challenge(succession_->challenger());
}

// After a change of the champion, the challenger or both.
void ModelWatch::put_in_force() {
  if (succession_->champion() != in_force_) {
    in_force_ = succession_->champion();
    seats_.use(in_force_);
    drift_->use(in_force_->info());
    if (options_.trainer) options_.trainer->promoted(in_force_);
  }
  seats_.challenge(succession_->challenger());
}

void ModelWatch::after_round(const Snapshot& snapshot, const std::optional<LiveReport>& accuracy, State& state) {
  const bool contested = succession_ && succession_->challenger();  // one trial at a time
  if (options_.trainer && !contested) options_.trainer->begin_if_due(snapshot);
  state.without_model = options_.without_model;
  state.accuracy = accuracy;
  if (options_.trainer) state.trainer = options_.trainer->status();
  if (!succession_ || !accuracy) return;
  if (succession_->judge(*accuracy, snapshot.taken_at)) put_in_force();
  else drift_->update(*accuracy);
  state.model = succession_->champion();
  state.drift = drift_->drift();
  state.succession = succession_->status();
}

void ModelWatch::show(State& state) const {
  state.without_model = options_.without_model;
  if (succession_) state.model = succession_->champion();
  if (succession_ && !state.accuracy) state.accuracy.emplace();
  if (options_.trainer) state.trainer = options_.trainer->status();
}

void ModelWatch::end() {
  if (options_.trainer) options_.trainer->cancel();
}

}  // namespace headroom
