// headroom cost advise: how many hosts of each type to reserve, from what a fleet needed hour by hour.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "client.h"
#include "commands.h"
#include "cost_text.h"
#include "fleet_input.h"
#include "headroom/cost/fleet_need.h"
#include "shipped.h"

namespace headroom::cli {
namespace {

constexpr std::size_t kShown = 10;  // types, where none are named

struct Options {
  std::vector<std::filesystem::path> data;
  std::filesystem::path history, prices = shipped("prices/default.yaml");
  std::vector<std::string> types;
  std::string term = "1y", output = "table";
  cost::AdviceOptions how;
};

// Why a type of the book makes no offer: "" if it does.
std::string no_offer(const cost::HostTypePrice& type, cost::Term term) {
  if (type.price.price_class != PriceClass::kOnDemand) return fmt::format("is {}, not on-demand", name(type.price.price_class));
  if (!type.size) return "has no size in the book; add cpu and memory";
  if (!type.committed(term)) return fmt::format("is not offered for {}", name(term));
  return "";
}

// Types named have to be in the book; of the others those that make no offer are passed over.
Result<std::vector<cost::Offer>> offers_of(const cost::PriceBook& book, const Options& options, cost::Term term, std::vector<std::string>& unfit) {
  std::vector<std::string> names = options.types;
  if (names.empty())
    for (const auto& [type, price] : book.host_types) names.push_back(type);
  std::vector<cost::Offer> offers;
  for (const std::string& type : names) {
    const auto price = book.price_of(type);
    if (!price) return fail(price.error().code, fmt::format("{}: {}", options.prices.string(), price.error().message));
    const std::string why = no_offer(*price, term);
    if (!why.empty() && !options.types.empty()) unfit.push_back(fmt::format("{}: {}", type, why));
    if (why.empty()) offers.push_back({type, *price->size, price->price.usd_per_hour, *price->committed(term), price->held.hosts});
  }
  if (offers.empty() && unfit.empty())
    return invalid(fmt::format("{}: has no on-demand host type with cpu, memory and a reserved price for {}; add them, or give another --term",
                               options.prices.string(), name(term)));
  return offers;
}

// The cheapest first; only those shown are given intervals, which take long.
void advise_on(const cost::FleetNeed& need, const std::vector<cost::Offer>& offers, bool all, AdviceReport& report) {
  cost::AdviceOptions quick = report.options;
  quick.draws = 0;
  std::vector<cost::Advice> ranked;
  for (const cost::Offer& offer : offers) {
    if (const std::string why = cost::unfit(need, offer); !why.empty()) report.unfit.push_back(fmt::format("{}: {}", offer.type, why));
    else ranked.push_back(cost::advise(need, offer, quick));
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) { return a.advised_usd_per_month < b.advised_usd_per_month; });
  const std::size_t shown = all ? ranked.size() : std::min(ranked.size(), kShown);
  report.not_shown = ranked.size() - shown;
  for (std::size_t i = 0; i < shown; ++i) report.advice.push_back(cost::advise(need, ranked[i].offer, report.options));
}

Result<void> run(const Options& options) {
  const auto term = cost::parse_term(options.term);
  if (!term) return invalid(fmt::format("--term \"{}\": there is no such term; give 1y or 3y, alone or with \"partial upfront\" or \"all upfront\"", options.term));
  const auto book = cost::load_prices(options.prices.string());
  if (!book) return tl::unexpected(book.error());
  AdviceReport report;
  report.options = options.how;
  report.prices = options.prices.filename().string();
  report.term = *term;
  const auto offers = offers_of(*book, options, *term, report.unfit);
  if (!offers) return tl::unexpected(offers.error());
  const auto fleet = read_fleet_or_history(options.data, options.history, std::chrono::minutes(5));
  if (!fleet) return tl::unexpected(fleet.error());
  const cost::FleetNeed need = cost::need_of(*fleet);
  report.history = cost::history_of(need);
  report.vms = need.vms;
  if (report.history.enough()) {
    advise_on(need, *offers, !options.types.empty(), report);
    if (report.advice.empty())
      return invalid(fmt::format("{}: no host type can be advised on; {}", options.prices.string(), report.unfit.front()));
  }
  if (options.output == "json") print_json(advice_json(report));
  else fmt::print("{}", advice_text(report));
  return {};
}

}  // namespace

void add_cost_advise(CLI::App& cost, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command = cost.add_subcommand("advise", "How many hosts to reserve against renting them on demand, from history");
  auto* data = command->add_option("--data", options->data, "Traces of the fleet");
  auto* history = command->add_option("--history", options->history, "Or the history that headroomd --state DIR keeps")->excludes(data);
  command->add_option("--prices", options->prices, "Price book; host types need cpu, memory and reserved prices")->capture_default_str();
  command->add_option("--types", options->types, "Only these host types, with commas between; default: the ten cheapest")->delimiter(',');
  command->add_option("--term", options->term, "1y or 3y, also \"1y partial upfront\", \"1y all upfront\", ...")->capture_default_str();
  const auto share = CLI::Range(0.01, 1.0);
  command->add_option("--cpu-target", options->how.cpu_target, "Share of a host's CPU planned to be in use")->check(share)->capture_default_str();
  command->add_option("--memory-target", options->how.memory_target, "Share of its memory")->check(share)->capture_default_str();
  command->add_option("--confidence", options->how.confidence, "Of the intervals")->check(CLI::Range(0.5, 0.99))->capture_default_str();
  command->add_option("--draws", options->how.draws, "Of the bootstrap")->check(CLI::Range(100, 100000))->capture_default_str();
  command->add_option("--seed", options->how.seed, "Of the bootstrap")->capture_default_str();
  command->add_option("-o,--output", options->output, "Format: table or json")->check(CLI::IsMember({"table", "json"}))->capture_default_str();
  command->footer("--data or --history is required. docs/cost.md says how it is worked out and what it assumes.");
  command->callback([=, &outcome] {
    if (data->empty() && history->empty()) throw CLI::RequiredError("--data or --history");
    if (auto done = run(*options); !done) outcome.fail_with(done.error());
  });
}

}  // namespace headroom::cli
