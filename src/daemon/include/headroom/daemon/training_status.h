// What is told of the model's training in the background (trainer.h): a plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/base/instant.h"

namespace headroom {

// accepted: the new model goes on trial; kept: it was no better on held-out time, the present one stays; failed: there is no
// new model; cancelled: the run ended first.
enum class TrainingEnd : std::uint8_t { kAccepted, kKept, kFailed, kCancelled };
std::string_view name(TrainingEnd end);

struct TrainingOutcome {
  Instant at;                // the loop's time when it was begun: what is later was not learnt
  TrainingEnd end = TrainingEnd::kFailed;
  std::string text;          // a sentence
};

struct TrainerStatus {
  bool training = false;
  double share = 0;          // of the training under way, 0 while the history is read
  std::optional<Instant> next;            // when the next one is due; none before the first round and after the run
  std::optional<TrainingOutcome> last;    // the newest that ended
};

}  // namespace headroom
