// headroom config check FILE...: says of each rules file, price book, scenario, fleet or constraints file that it is good, or the
// first thing wrong.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands.h"
#include "headroom/base/instant.h"
#include "headroom/config/document.h"
#include "headroom/config/nearest.h"
#include "headroom/constraints/file.h"
#include "headroom/cost/price_book.h"
#include "headroom/fleet/live_fleet.h"
#include "headroom/model/forecast.h"
#include "headroom/rules/rules.h"
#include "headroom/sim/scenario.h"

namespace headroom::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::vector<std::string> horizons;
  std::string output = "text";
};

// What a good file holds: "6 rules".
struct Contents {
  std::string kind;  // "rules", "prices", "scenario", "fleet", "constraints"; for JSON
  std::size_t count = 0;
  std::string words;
};

std::string counted(std::size_t n, std::string_view noun) { return fmt::format("{} {}{}", n, noun, n == 1 ? "" : "s"); }

// A fleet file names rules and constraints files by keys at its top, so it is asked for first.
Result<Contents> check_fleet(config::Document& document, const std::string& path, const Horizons& horizons) {
  const auto fleet = read_live_fleet(document, std::filesystem::path(path).parent_path());
  if (!fleet) return tl::unexpected(fleet.error());
  const Horizons& forecast = fleet->horizons.empty() ? horizons : fleet->horizons;
  if (auto good = rules::check_rules(fleet->rules, forecast, fleet->rules_file); !good) return tl::unexpected(good.error());
  return Contents{"fleet", fleet->uris.size(), "fleet, " + counted(fleet->uris.size(), "host")};
}

// A file is known by its key at the top. To check another kind of file: one more branch here.
Result<Contents> check_file(const std::string& path, const Horizons& horizons) {
  Result<config::Document> document = config::load(path);
  if (!document) return tl::unexpected(document.error());
  if (document->has("fleet")) return check_fleet(*document, path, horizons);
  if (document->has("rules")) {
    const auto rules = rules::read_rules(*document, horizons);
    if (!rules) return tl::unexpected(rules.error());
    return Contents{"rules", rules->size(), counted(rules->size(), "rule")};
  }
  if (document->has("prices")) {
    const auto book = cost::read_prices(*document);
    if (!book) return tl::unexpected(book.error());
    return Contents{"prices", book->host_types.size(), "prices, " + counted(book->host_types.size(), "host type")};
  }
  if (document->has("scenario")) {
    const auto scenario = load_scenario(path);
    if (!scenario) return tl::unexpected(scenario.error());
    return Contents{"scenario", scenario->host_types.size(),
                    "scenario, " + counted(scenario->host_types.size(), "host type")};
  }
  if (document->has("constraints")) {
    const auto all = constraints::read_constraints(*document);
    if (!all) return tl::unexpected(all.error());
    return Contents{"constraints", all->size(), counted(all->size(), "constraint")};
  }
  return invalid(
      fmt::format("{}: neither 'rules' nor 'prices' nor 'scenario' nor 'fleet' nor 'constraints' stands at the top, so this is no file "
                  "of Headroom{}",
                  path, config::did_you_mean(document->first_key(), {"rules", "prices", "scenario", "fleet", "constraints"})));
}

Result<Horizons> parse_horizons(const std::vector<std::string>& texts) {
  if (texts.empty()) return default_horizons();
  Horizons horizons;
  for (const std::string& text : texts) {
    const Result<Duration> horizon = parse_duration(text);
    if (!horizon) return invalid("--horizons: " + horizon.error().message);
    horizons.push_back(*horizon);
  }
  return horizons;
}

nlohmann::json to_json(const std::string& file, const Result<Contents>& checked) {
  if (!checked) return {{"file", file}, {"ok", false}, {"error", checked.error().message}};
  return {{"file", file}, {"ok", true}, {"kind", checked->kind}, {"count", checked->count}};
}

// Every file is reported; the exit code is that of the first bad one.
void check(const Options& options, Outcome& outcome) {
  const Result<Horizons> horizons = parse_horizons(options.horizons);
  if (!horizons) return outcome.fail_with(horizons.error());
  nlohmann::json report = nlohmann::json::array();
  std::optional<ErrorCode> first_error;
  for (const std::string& file : options.files) {
    const Result<Contents> checked = check_file(file, *horizons);
    if (!checked && !first_error) first_error = checked.error().code;
    if (options.output == "json") report.push_back(to_json(file, checked));
    else if (checked) fmt::print("{}: ok ({})\n", file, checked->words);
    else outcome.fail_with(checked.error());
  }
  if (options.output == "json")
    fmt::print("{}\n", report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  if (first_error) outcome.exit_code = exit_code(*first_error);
}

}  // namespace

void add_config(CLI::App& app, Outcome& outcome) {
  CLI::App* config = app.add_subcommand("config", "Work with configuration files");
  config->require_subcommand(1);
  CLI::App* command =
      config->add_subcommand("check", "Check rules files, price books, scenarios, fleets and constraints; print one line for each");
  auto options = std::make_shared<Options>();
  command->add_option("FILE", options->files, "Files to check")->required();
  command->add_option("--horizons", options->horizons, "Horizons rules may name (default 5m,15m,1h,6h,1d)")
      ->delimiter(',');
  command->add_option("-o,--output", options->output, "text or json")->check(CLI::IsMember({"text", "json"}));
  command->callback([options, &outcome] { check(*options, outcome); });
}

}  // namespace headroom::cli
