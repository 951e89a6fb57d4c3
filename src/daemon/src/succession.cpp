#include "headroom/daemon/succession.h"

#include <fmt/format.h>

#include <cmath>

namespace headroom {
namespace {

std::string describe(const GlobalModel& model) {
  const ModelInfo& info = model.info();
  return fmt::format("the model trained on {} VMs, {} to {},", info.vms, to_rfc3339(info.trained_from), to_rfc3339(info.trained_to));
}

std::string figures(const SuccessionStatus& s) {
  return fmt::format("{:.1f} % {} on {:.0f} live targets", 100 * std::abs(s.loss_over_champion - 1), s.loss_over_champion < 1 ? "less" : "more",
                     s.targets);
}

}  // namespace

void Succession::say(std::string text, Instant now) {
  status_.text = std::move(text);
  status_.changed = now;
}

void Succession::end_trial() {
  challenger_.reset();
  status_.trial = status_.probation = false;
  status_.since.reset();
}

void Succession::challenge(std::shared_ptr<const GlobalModel> challenger, Instant now) {
  challenger_ = std::move(challenger);
  status_.trial = true;
  status_.probation = false;
  status_.since = now;
  status_.targets = 0;
  status_.loss_over_champion = 1;
  say(describe(*challenger_) + " is on trial in the shadow of the present one", now);
}

bool Succession::judge(const LiveReport& live, Instant now) {
  if (!challenger_) return false;
  status_.targets = live.rival_targets();
  status_.loss_over_champion = live.rival_over_model();
  const Duration lasted = now - *status_.since;
  const bool enough = lasted >= rules_.least && status_.targets >= rules_.targets;
  if (enough && status_.loss_over_champion <= 1 - rules_.margin) {
    const std::string lost = figures(status_);
    std::swap(champion_, challenger_);
    if (status_.probation) {
      say(fmt::format("{} is put back: it loses {} than the one that had replaced it", describe(*champion_), lost), now);
      end_trial();
    } else {
      say(fmt::format("{} takes over: it loses {} than the one before, which stays on in its shadow", describe(*champion_), lost), now);
      status_.probation = true;
      status_.since = now;
    }
    return true;
  }
  if (lasted < rules_.most) return false;
  say(status_.probation
          ? fmt::format("{} has proved itself: the one before loses {}", describe(*champion_), figures(status_))
          : fmt::format("kept the present model: {} loses {}, and {:.0f} % less was wanted", describe(*challenger_), figures(status_),
                        100 * rules_.margin),
      now);
  end_trial();
  return true;
}

}  // namespace headroom
