#include "headroom/hypervisor/testing/faulty_hypervisor.h"

#include <utility>

namespace headroom::testing {
namespace {

tl::unexpected<Error> no_answer() { return fail(ErrorCode::kUnreachable, "no answer in time (injected)"); }

}  // namespace

Faults Faults::all(double probability) {
  Faults f;
  for (double* p : {&f.refuse_start, &f.break_start, &f.lose_start_request, &f.lose_start_answer, &f.delay_start,
                    &f.lose_progress, &f.false_not_found, &f.lose_inventory, &f.lose_samples, &f.lose_cancel_request,
                    &f.lose_cancel_answer})
    *p = probability;
  return f;
}

FaultyHypervisor::FaultyHypervisor(Hypervisor& inner, const Clock& clock, Faults faults, std::uint64_t seed)
    : inner_(inner), clock_(clock), faults_(faults), random_(seed) {}

// A number is drawn even for probability 0, so that changing one fault does not reshuffle the others.
bool FaultyHypervisor::happens(double probability) {
  const double drawn = static_cast<double>(random_() >> 11) / 9007199254740992.0;  // 2^53
  return drawn < probability;
}

void FaultyHypervisor::deliver_delayed() {
  std::vector<Delayed> waiting;
  for (Delayed& d : std::exchange(delayed_, {})) {
    if (d.due > clock_.now()) waiting.push_back(std::move(d));
    else (void)inner_.start(d.id, d.action);  // nobody waits for this answer any more
  }
  delayed_ = std::move(waiting);
}

Result<Inventory> FaultyHypervisor::inventory() {
  deliver_delayed();
  if (happens(faults_.lose_inventory)) return no_answer();
  return inner_.inventory();
}

Result<std::vector<VmSample>> FaultyHypervisor::samples() {
  deliver_delayed();
  auto samples = inner_.samples();
  if (happens(faults_.lose_samples)) return no_answer();
  return samples;
}

Result<void> FaultyHypervisor::start(ActionId id, const Action& action) {
  deliver_delayed();
  if (happens(faults_.refuse_start)) return fail(ErrorCode::kRefused, "refused (injected)");
  if (happens(faults_.break_start)) return fail(ErrorCode::kFailed, "broken (injected)");
  if (happens(faults_.lose_start_request)) return no_answer();
  if (happens(faults_.delay_start)) {
    const auto span = static_cast<std::uint64_t>(faults_.max_delay.count()) + 1;
    delayed_.push_back({clock_.now() + Duration(static_cast<std::int64_t>(random_() % span)), id, action});
    return no_answer();
  }
  auto answer = inner_.start(id, action);
  if (happens(faults_.lose_start_answer)) return no_answer();
  return answer;
}

Result<Progress> FaultyHypervisor::progress(ActionId id) {
  deliver_delayed();
  if (happens(faults_.lose_progress)) return no_answer();
  int& in_a_row = false_not_found_[id];
  if (happens(faults_.false_not_found) && in_a_row < faults_.max_false_not_found) {
    ++in_a_row;
    return fail(ErrorCode::kNotFound, "not known (injected)");
  }
  in_a_row = 0;
  return inner_.progress(id);
}

Result<void> FaultyHypervisor::cancel(ActionId id) {
  deliver_delayed();
  if (happens(faults_.lose_cancel_request)) return no_answer();
  auto answer = inner_.cancel(id);
  if (happens(faults_.lose_cancel_answer)) return no_answer();
  return answer;
}

}  // namespace headroom::testing
