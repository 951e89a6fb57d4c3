// headroom cost report: the bill before and after, of two simulated runs or of a running manager.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "client.h"
#include "commands.h"
#include "cost_text.h"
#include "shipped.h"

namespace headroom::cli {
namespace {

using nlohmann::json;

struct Options {
  std::vector<std::filesystem::path> reports;
  std::filesystem::path prices = shipped("prices/default.yaml");
  std::string before = "static";
  std::shared_ptr<ServerOptions> server;
};

// `where` names the file or the manager in messages.
Result<BillColumn> column_of(const json& policy, const std::string& where, const cost::Prices& prices) {
  const auto wrong = [&](const std::string& what) {
    return invalid(fmt::format("{}: {}; make the report anew with headroom simulate --report", where, what));
  };
  if (!policy.is_object() || !policy.contains("consumed")) return wrong("has no 'consumed'");
  const auto consumed = cost::read_consumption(policy.at("consumed"));
  if (!consumed) return wrong(consumed.error().message);
  if (consumed->hours <= 0) return wrong("covers no time");
  std::optional<double> allocations;
  if (policy.contains("bill_per_day") && policy.at("bill_per_day").is_number()) allocations = policy.at("bill_per_day").get<double>();
  const std::string name = policy.contains("policy") && policy.at("policy").is_string() ? policy.at("policy").get<std::string>() : where;
  return bill_column(name, *consumed, allocations, prices);
}

Result<json> read_report(const std::filesystem::path& file) {
  constexpr std::uintmax_t kMost = 64 << 20;
  std::error_code ec;
  if (!std::filesystem::exists(file, ec)) return fail(ErrorCode::kNotFound, fmt::format("{}: no such file", file.string()));
  if (!std::filesystem::is_regular_file(file, ec) || std::filesystem::file_size(file, ec) > kMost)
    return invalid(fmt::format("{}: is no report; name a file that headroom simulate --report wrote", file.string()));
  std::ifstream in(file);
  json report = json::parse(in, nullptr, false);
  if (report.is_discarded()) return invalid(fmt::format("{}: is no JSON; name a file that headroom simulate --report wrote", file.string()));
  return report;
}

Result<std::vector<BillColumn>> from_reports(const Options& options, const cost::Prices& prices) {
  std::vector<BillColumn> columns;
  for (const auto& file : options.reports) {
    const auto report = read_report(file);
    if (!report) return tl::unexpected(report.error());
    auto column = column_of(*report, file.string(), prices);
    if (!column) return tl::unexpected(column.error());
    columns.push_back(std::move(*column));
  }
  // Two runs of one policy are told apart by their files.
  if (columns[0].name == columns[1].name)
    for (std::size_t i = 0; i < 2; ++i) columns[i].name = options.reports[i].filename().string();
  return columns;
}

// Before, after, and what the fleet costs at this moment.
Result<std::vector<BillColumn>> from_manager(const Options& options, const cost::Prices& prices) {
  const auto answer = Client(*options.server).get("cost");
  if (!answer) return tl::unexpected(answer.error());
  const json policies = answer->value("policies", json::array()), hour = answer->value("hour", json());
  auto now = column_of({{"policy", "now"}, {"consumed", hour}}, "the manager", prices);
  if (!now) return tl::unexpected(now.error());
  if (policies.empty() && answer->value("mode", "") == "live") return std::vector{std::move(*now)};  // nothing to compare a real fleet with
  if (policies.empty()) return fail(ErrorCode::kUnreachable, "no round has been run yet; ask again in a moment");
  const auto found = std::find_if(policies.begin(), policies.end(), [&](const json& p) { return p.value("policy", "") == options.before; });
  std::vector<BillColumn> columns;
  if (found != policies.end()) {
    auto before = column_of(*found, "the manager", prices);
    if (!before) return tl::unexpected(before.error());
    columns.push_back(std::move(*before));
  } else if (policies.size() > 1 || options.before != "static") {
    return fail(ErrorCode::kNotFound, fmt::format("the manager does not run the policy '{}' beside its own; start it with --compare {}",
                                                  options.before, options.before));
  }
  auto after = column_of(policies.back(), "the manager", prices);
  if (!after) return tl::unexpected(after.error());
  columns.push_back(std::move(*after));
  columns.push_back(std::move(*now));
  return columns;
}

Result<void> run(const Options& options) {
  if (options.reports.size() == 1) return invalid("one report has nothing to be compared with; name two, before and after");
  const auto book = cost::load_prices(options.prices.string());
  if (!book) return tl::unexpected(book.error());
  const auto columns = options.reports.empty() ? from_manager(options, book->prices) : from_reports(options, book->prices);
  if (!columns) return tl::unexpected(columns.error());
  const std::size_t after = columns->size() < 3 && options.reports.empty() ? 0 : 1;  // alone: against itself
  if (options.server->json()) print_json(bill_json(*columns, 0, after));
  else fmt::print("{}", bill_table(*columns, 0, after));
  return {};
}

}  // namespace

void add_cost_report(CLI::App& cost, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command = cost.add_subcommand("report", "The bill before and after, part by part");
  command->add_option("reports", options->reports, "Two reports of headroom simulate --report; none: ask a running headroomd")->expected(0, 2);
  command->add_option("--prices", options->prices, "Price book: energy, interruptions, migrations, unmet demand")->capture_default_str();
  command->add_option("--before", options->before, "Of a manager: the policy beside its own to compare with")->capture_default_str();
  options->server = add_server_options(*command);
  command->footer("docs/cost.md says what each part is.");
  command->callback([options, &outcome] {
    if (auto done = run(*options); !done) outcome.fail_with(done.error());
  });
}

}  // namespace headroom::cli
