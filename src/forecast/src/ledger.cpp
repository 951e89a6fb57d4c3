#include "ledger.h"

namespace headroom {
Ledger::Ledger(const GlobalModel& model) : accuracy_(model.info().horizon_steps, model.info().step) { use(model); }

void Ledger::use(const GlobalModel& model) {
  accuracy_.forget_models();
  base_.clear();
  for (std::size_t h = 0; h < model.heads(); ++h) base_.push_back(model.unconditional(h));
}

void Ledger::enter(Resource resource, std::int64_t step, std::span<const Judgement> judged, Witness* witness) {
  accuracy_.forget_until(step);
  for (const Judgement& j : judged) {
    const Said* said = witness ? witness->recall(j.head, j.origin) : nullptr;
    if (said && said->has_limit) accuracy_.note_chance(static_cast<double>(said->chance), j.truth > said->limit);
    if (j.held_back) continue;
    const auto given = as_given(j.z, j);
    accuracy_.note(resource, j.head, j.truth, given);
    if (!said) continue;
    const auto rival = as_given(said->rival, j);
    accuracy_.note_sampled(resource, j.head, j.truth, given, as_given(said->model, j), as_given(base_[j.head], j),
                           said->has_rival ? &rival : nullptr);
  }
}

}  // namespace headroom
