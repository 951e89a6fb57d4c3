#include "cloudsim.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "client.h"
#include "headroom/base/whole_file.h"
#include "headroom/consolidation/experiment.h"

namespace headroom::cli {
namespace {

std::string table_of(const ConsolidationReport& r) {
  std::string text = fmt::format("{}: {} VMs, {} left at the end\n", r.policy, r.vms, r.vms_left);
  const auto row = [&](std::string_view name, const std::string& value) { text += fmt::format("  {:<24}{:>14}\n", name, value); };
  row("energy", fmt::format("{:.3f} kWh", r.energy_kwh));
  row("migrations", fmt::format("{}", r.migrations));
  row("host shutdowns", fmt::format("{}", r.host_shutdowns));
  row("mean active hosts", fmt::format("{:.1f}", r.mean_active_hosts));
  row("SLATAH", fmt::format("{:.4f} %", r.slatah * 100));
  row("  of it real overload", fmt::format("{:.4f} %", r.real_overload_ratio * 100));
  row("PDM", fmt::format("{:.5f} %", r.pdm * 100));
  row("SLAV", fmt::format("{:.4e}", r.slav));
  row("ESV", fmt::format("{:.4e}", r.esv));
  return text;
}

}  // namespace

Result<void> run_cloudsim(const CloudsimArguments& arguments, const std::string& policy, bool json,
                          const std::filesystem::path& report) {
  ExperimentOptions options;
  const auto known = consolidation_policy_of(policy);
  if (!known)
    return invalid(fmt::format("--policy {} is not one of --cloudsim; it has {}", policy,
                               fmt::join(consolidation_policy_names(), ", ")));
  options.policy = *known;
  options.vm_deaths = !arguments.no_vm_deaths;
  options.enforce_ram = arguments.enforce_ram;
  std::optional<WholeFile> file;
  if (!report.empty()) {
    auto opened = WholeFile::open(report);
    if (!opened) return tl::unexpected(opened.error());
    file.emplace(std::move(*opened));
  }
  const auto day = read_day(arguments.day);
  if (!day) return tl::unexpected(day.error());
  const auto done = run_experiment(*day, options);
  if (!done) return tl::unexpected(done.error());
  if (json) print_json(to_json(*done));
  else fmt::print("{}", table_of(*done));
  if (!file) return {};
  file->write(to_json(*done).dump(1) + '\n');
  return file->commit();
}

}  // namespace headroom::cli
