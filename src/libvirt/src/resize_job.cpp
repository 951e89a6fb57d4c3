#include "resize_job.h"

#include <fmt/format.h>

#include <array>

#include "headroom/libvirt/domain_metadata.h"
#include "lever.h"

namespace headroom::libvirt {
namespace {

struct Job {
  const ResizeOptions& options;
  const ActionSetting& setting;
  Handle<virConnect> connection;
  Handle<virDomain> domain;

  Result<void> settled(const Step& step, bool may_be_cancelled) const;
  Result<void> pull(const Step& step) const;
  Result<void> all(const std::vector<Step>& steps) const;
  std::string undone(const std::vector<Step>& steps, std::size_t count) const;
  Result<void> spares(const Action& action) const;
};

bool cancelled(const ActionSetting& s) { return s.run->cancel.requested(); }

// Its reading shows the wanted amount before the lever's time is over.
Result<void> Job::settled(const Step& step, bool may_be_cancelled) const {
  const Lever& lever = lever_of(step.lever);
  const Stop never;
  for (Duration waited{};; waited += options.look_every) {
    const auto now = lever.read(domain.get(), step);
    if (!now) return tl::unexpected(now.error());
    if (step.reached(*now)) return {};
    if (waited >= options.settle)
      return fail(ErrorCode::kFailed, fmt::format("its {} is {} and not {} after {}", name(step.lever), *now, step.wanted,
                                                  to_text(options.settle)));
    if ((may_be_cancelled ? setting.run->cancel : never).wait_for(options.look_every)) return fail(ErrorCode::kRefused, "it was cancelled");
  }
}

Result<void> Job::pull(const Step& step) const {
  if (auto set = lever_of(step.lever).set(domain.get(), step, step.wanted); !set) return set;
  return settled(step, true);
}

// The last first. Empty, or what is not as it was.
std::string Job::undone(const std::vector<Step>& steps, std::size_t count) const {
  std::string left;
  while (count-- > 0) {
    Step back = steps[count];
    std::swap(back.former, back.wanted);
    // What a host refused to set has not changed, and it would refuse that as well.
    if (const auto now = lever_of(back.lever).read(domain.get(), back); now && *now == back.wanted) continue;
    const auto set = lever_of(back.lever).set(domain.get(), back, back.wanted);
    const auto good = set ? settled(back, false) : set;
    if (!good) left += fmt::format("; its {} was not put back to {}: {}", name(back.lever), back.wanted, good.error().message);
  }
  return left;
}

Result<void> Job::all(const std::vector<Step>& steps) const {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const bool begun = !cancelled(setting);
    const Result<void> done = begun ? pull(steps[i]) : fail(ErrorCode::kRefused, "it was cancelled");
    if (done) continue;
    if (done.error().code == ErrorCode::kUnreachable) return done;  // nothing is known: who watches finds out
    // What failed may have had half an effect, so that it is undone as well.
    const std::string left = undone(steps, begun ? i + 1 : i);
    if (!left.empty()) return fail(ErrorCode::kFailed, done.error().message + left);
    return fail(done.error().code, done.error().message + "; all is as it was");
  }
  return {};
}

// What its balloon says it can do without.
std::optional<Bytes> usable(virDomain* domain) {
  std::array<virDomainMemoryStatStruct, VIR_DOMAIN_MEMORY_STAT_NR> stats{};
  const int count = virDomainMemoryStats(domain, stats.data(), stats.size(), 0);
  for (int i = 0; i < count; ++i) {
    const auto& stat = stats[static_cast<std::size_t>(i)];
    if (stat.tag == VIR_DOMAIN_MEMORY_STAT_USABLE) return Bytes(static_cast<std::int64_t>(stat.val) * 1024);
  }
  return std::nullopt;
}

// A guest is asked to give up no more than it says it can do without: by whoever speaks in it, else by its balloon.
Result<void> Job::spares(const Action& action) const {
  const Bytes taken_away = action.before.memory() - action.after.memory();
  if (taken_away <= Bytes(0)) return {};
  const auto word = setting.word();
  const auto spare = word ? std::optional(word->available) : usable(domain.get());
  if (!spare) return fail(ErrorCode::kRefused, "the guest does not tell what memory it can spare");
  if (taken_away <= *spare) return {};
  return fail(ErrorCode::kRefused, fmt::format("the guest can spare {}, not {}", to_text(Resource::kMemory, static_cast<double>(spare->count())),
                                               to_text(Resource::kMemory, static_cast<double>(taken_away.count()))));
}

Result<Job> open(const std::string& uri, const ResizeOptions& options, const ActionSetting& setting) {
  auto connection = open_connection(uri, options.keep_alive);
  if (!connection) return tl::unexpected(connection.error());
  Handle<virDomain> domain(virDomainLookupByUUIDString(connection->get(), setting.vm.c_str()));
  if (!domain) return tl::unexpected(last_error("VM " + setting.vm));
  return Job{options, setting, std::move(*connection), std::move(domain)};
}

Result<void> watch(const Job& job) {
  const Action& a = job.setting.action;
  const Stop never;
  for (Duration waited{};; waited += job.options.look_every) {
    const auto now = read_domain(job.domain.get());
    if (!now) return tl::unexpected(now.error());
    auto steps = steps_to(*now, a.before, a.after);
    if (!steps) return tl::unexpected(steps.error());
    // Shares follow by proportion: of them nobody can tell afterwards.
    std::erase_if(*steps, [](const Step& step) { return step.lever == LeverKind::kShares; });
    if (steps->empty()) return {};
    if (job.setting.not_begun || waited >= job.options.settle)
      return fail(ErrorCode::kFailed, fmt::format("nobody saw it end, and its {} is {} and not {}", name(steps->front().lever),
                                                  steps->front().former, steps->front().wanted));
    never.wait_for(job.options.look_every);
  }
}

Result<void> act(const Job& job, const Claim& ours) {
  const auto metadata = DomainMetadata::over(job.connection.get());
  ClaimKeeper keeper(ours);
  const ActionSetting& s = job.setting;
  const auto claim = [&](Result<void> held) {
    if (keeper.stopped()) s.alarm->raise(*keeper.stopped());
    return held;
  };
  if (auto held = claim(keeper.acquire(*metadata, s.vm)); !held) return held;
  const auto now = read_domain(job.domain.get());
  if (!now) return tl::unexpected(now.error());
  if (auto good = may_resize(*now, s.action.before, s.action.after, s.word().has_value()); !good) return good;
  if (auto good = job.spares(s.action); !good) return good;
  const auto steps = steps_to(*now, s.action.before, s.action.after);
  if (!steps) return tl::unexpected(steps.error());
  if (auto why = s.alarm->raised()) return fail(ErrorCode::kRefused, *why);
  if (auto done = job.all(*steps); !done) return done;
  return claim(keeper.check(*metadata, s.vm));
}

}  // namespace

void run_resize(const std::string& uri, const Claim& ours, const ResizeOptions& options, const ActionSetting& setting) {
  const Instant begun = setting.clock->now();
  bool watching = setting.watch_only;
  for (;;) {
    const auto job = open(uri, options, setting);
    const Result<void> end = !job ? Result<void>(tl::unexpected(job.error())) : watching ? watch(*job) : act(*job, ours);
    Finding f;
    f.at = setting.clock->now();
    // A connection that broke while it acted, or that there is none to look: the truth is asked for until the host tells it.
    if (!end && end.error().code == ErrorCode::kUnreachable && (job || watching)) {
      watching = true;
      f.undecided = end.error().message;
      setting.run->tell(std::move(f));
      if (setting.run->abandoned.wait_for(options.retry_every)) return;
      continue;
    }
    const auto& moved = setting.moved;
    f.progress.took = moved ? moved->took : f.at - begun;
    if (moved) {
      f.progress.downtime = moved->downtime;
      f.progress.message = moved->message;
    }
    const bool given_up = !end && !moved && cancelled(setting) && end.error().code == ErrorCode::kRefused;
    f.progress.state = end || moved ? ActionState::kDone : given_up ? ActionState::kCancelled : ActionState::kFailed;
    f.progress.share_done = end || moved ? 1 : 0;
    f.progress.allocation_as_before = !end && moved;
    if (!end) f.progress.message = (moved ? "it has moved, and has the allocation that it had: " : "") + end.error().message;
    setting.run->tell(std::move(f));
    return;
  }
}

}  // namespace headroom::libvirt
