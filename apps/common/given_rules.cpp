#include "given_rules.h"

#include <fmt/format.h>

#include "headroom/rules/rules.h"

namespace headroom::cli {

Result<GivenRules> GivenRules::load(const std::optional<std::filesystem::path>& file, const std::string& policy) {
  GivenRules given;
  if (!file) return given;
  if (policy != "headroom")
    return invalid(fmt::format("--rules goes with --policy headroom; {} brings its own rules", policy));
  auto rules = rules::load_rules(file->string(), default_horizons());
  if (!rules) return tl::unexpected(rules.error());
  given.file_ = *file;
  given.rules_ = std::move(*rules);
  return given;
}

Result<void> GivenRules::fit(const Horizons& horizons) const {
  if (!given()) return {};
  return rules::check_rules(rules_, horizons, file_.string());
}

}  // namespace headroom::cli
