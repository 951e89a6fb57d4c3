#include "given_constraints.h"

#include "headroom/constraints/file.h"
#include "headroom/constraints/judge.h"

namespace headroom::cli {

Result<void> put_constraints(const std::optional<std::filesystem::path>& file, Scenario& scenario) {
  if (!file) return {};
  auto read = constraints::load_constraints(file->string());
  if (!read) return tl::unexpected(read.error());
  scenario.constraints = std::move(*read);
  return {};
}

std::vector<std::string> vain_constraints(const World& world) {
  Snapshot fleet;
  fleet.hosts = world.hosts;
  fleet.vms = world.vms;
  fleet.constraints = world.scenario.constraints;
  return constraints::mismatches(fleet);
}

}  // namespace headroom::cli
