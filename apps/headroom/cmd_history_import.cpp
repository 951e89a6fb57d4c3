// headroom history import: a recorded VM becomes the past of one that a manager runs.
#include <fmt/format.h>

#include <memory>

#include "commands.h"
#include "headroom/config/format.h"
#include "headroom/history/put_past.h"
#include "headroom/trace/playback.h"
#include "history_input.h"
#include "table.h"

namespace headroom::cli {
namespace {

struct Options {
  std::vector<std::filesystem::path> traces;
  std::filesystem::path history;
  std::string vm, of, from, until, ends_at, cpu_cap, memory_cap, memory_base;
  Playback playback;
};

Result<void> take_moment(const std::string& text, const char* option, const std::function<void(Instant)>& take) {
  if (text.empty()) return {};
  const auto at = parse_instant(text);
  if (!at) return invalid(fmt::format("{}: {}", option, at.error().message));
  take(*at);
  return {};
}

Result<void> take_amount(const std::string& text, Resource r, const char* option, const std::function<void(double)>& take) {
  if (text.empty()) return {};
  const auto amount = config::amount(r)(text);
  if (!amount) return invalid(fmt::format("{}: {}", option, amount.error().message));
  take(static_cast<double>(*amount));
  return {};
}

Result<Playback> playback_of(const Options& o) {
  Playback p = o.playback;
  for (const auto& taken : {take_moment(o.from, "--from", [&](Instant t) { p.from = t; }),
                            take_moment(o.until, "--until", [&](Instant t) { p.until = t; }),
                            take_moment(o.ends_at, "--ends-at", [&](Instant t) { p.ends_at = t; }),
                            take_amount(o.cpu_cap, Resource::kCpu, "--cpu-cap", [&](double x) { p.cpu_cap = x; }),
                            take_amount(o.memory_cap, Resource::kMemory, "--memory-cap", [&](double x) { p.memory_cap = x; }),
                            take_amount(o.memory_base, Resource::kMemory, "--memory-base",
                                        [&](double x) { p.base[index(Resource::kMemory)] = x; })})
    if (!taken) return tl::unexpected(taken.error());
  return p;
}

Result<const VmTrace*> chosen(const Fleet& fleet, const std::string& name) {
  if (name.empty() && fleet.vms.size() == 1) return &fleet.vms.front();
  if (name.empty()) return invalid(fmt::format("the traces hold {} VMs; name one with --of", fleet.vms.size()));
  for (const VmTrace& vm : fleet.vms)
    if (vm.name == name) return &vm;
  return fail(ErrorCode::kNotFound, fmt::format("the traces hold no VM '{}'", harmless(name)));
}

Result<void> run(const Options& o) {
  const auto playback = playback_of(o);
  if (!playback) return tl::unexpected(playback.error());
  if (o.vm.empty() || o.vm.size() > 255) return invalid("--vm: a UUID has 1 to 255 bytes");
  const auto fleet = read_fleet(o.traces);
  if (!fleet) return tl::unexpected(fleet.error());
  const auto trace = chosen(*fleet, o.of);
  if (!trace) return tl::unexpected(trace.error());
  const auto samples = play(**trace, fleet->step, *playback);
  if (!samples) return tl::unexpected(samples.error());
  auto history = open_or_create_history(o.history);
  if (!history) return tl::unexpected(history.error());
  const auto put = put_past(**history, o.vm, *samples);
  if (!put) return tl::unexpected(put.error());
  fmt::print("{} samples of {} are the past of VM {} from {} to {}; {} of them are new\n", samples->size(), harmless((*trace)->name),
             harmless(o.vm), to_rfc3339(samples->front().at), to_rfc3339(samples->back().at), *put);
  return {};
}

void add_amounts(CLI::App& command, Options& o) {
  auto& factor = o.playback.factor;
  const auto check = CLI::Range(0.0, 1e6);
  auto* cpu = command.add_option("--cpu-factor", factor[index(Resource::kCpu)], "CPU times this")->check(check);
  command.add_option("--cpu-cap", o.cpu_cap, "All of the recorded VM's cores become this: '500 mcores'")->excludes(cpu);
  auto* memory = command.add_option("--memory-factor", factor[index(Resource::kMemory)], "Memory times this")->check(check);
  command.add_option("--memory-cap", o.memory_cap, "All of the recorded VM's memory becomes this: '256 MiB'")->excludes(memory);
  command.add_option("--memory-base", o.memory_base, "And this is added, as for the guest's own system: '30 MiB'");
  command.add_option("--disk-factor", factor[index(Resource::kDisk)], "Disk times this")->check(check);
  command.add_option("--network-factor", factor[index(Resource::kNetwork)], "Network times this")->check(check);
}

}  // namespace

void add_history_import(CLI::App& history, Outcome& outcome) {
  auto o = std::make_shared<Options>();
  CLI::App* command = history.add_subcommand("import", "Make a recorded VM the past of one that a manager runs");
  command->add_option("traces", o->traces, "The trace of a VM: a file, its months, or a directory")->required();
  command->add_option("--of", o->of, "Which VM, where the traces hold several");
  command->add_option("--history", o->history, "The directory given to headroomd --state; made where there is none")->required();
  command->add_option("--vm", o->vm, "The UUID of the VM whose past it is to be")->required();
  command->add_option("--speed", o->playback.times, "So many times as fast: 30 makes 10 s of 5 min")->check(CLI::Range(1, 300));
  command->add_option("--from", o->from, "Only what the trace has after this moment (UTC)");
  command->add_option("--until", o->until, "And by this one; its end, if not given");
  command->add_option("--ends-at", o->ends_at, "The moment (UTC) that --until becomes; if not given, it stays");
  add_amounts(*command, *o);
  command->footer("Samples that the history holds already are never changed: where it has others of that time, nothing is written (exit code "
                  "4). Doing it again is harmless.");
  command->callback([o, &outcome] {
    if (auto done = run(*o); !done) outcome.fail_with(done.error());
  });
}

}  // namespace headroom::cli
