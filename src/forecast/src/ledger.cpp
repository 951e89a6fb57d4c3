#include "ledger.h"

namespace headroom {
namespace {

std::vector<int> horizon_steps(const std::vector<Head>& heads) {
  std::vector<int> steps;
  for (const Head& head : heads)
    if (!head.peak) steps.push_back(head.steps);
  return steps;
}

}  // namespace

Ledger::Ledger(const std::vector<Head>& heads, Duration step, std::vector<GlobalModel::Quantiles> base)
    : accuracy_(horizon_steps(heads), step), base_(std::move(base)) {}

void Ledger::use(std::vector<GlobalModel::Quantiles> base) {
  accuracy_.forget_models();
  base_ = std::move(base);
}

void Ledger::enter(Resource resource, std::int64_t step, std::span<const Judgement> judged, Witness* witness) {
  accuracy_.forget_until(step);
  for (const Judgement& j : judged) {
    const Said* said = witness ? witness->recall(j.head, j.origin) : nullptr;
    if (said && said->has_limit) accuracy_.note_chance(static_cast<double>(said->chance), j.truth > said->limit);
    if (j.held_back) continue;
    accuracy_.note(resource, j.head, j.truth, j.z);
    if (!said) continue;
    const auto rival = as_given(said->rival, j.ground);
    accuracy_.note_sampled(resource, j.head, j.truth, j.z, as_given(said->model, j.ground), as_given(base_[j.head], j.ground),
                           said->has_rival ? &rival : nullptr);
  }
}

}  // namespace headroom
