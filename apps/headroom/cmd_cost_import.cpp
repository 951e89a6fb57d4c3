// headroom cost import: a published price list becomes a price book.
#include <fmt/format.h>

#include <fstream>
#include <memory>

#include "commands.h"
#include "headroom/base/whole_file.h"
#include "headroom/cost/import.h"

namespace headroom::cli {
namespace {

struct Options {
  std::filesystem::path list, out;
  std::string format;
  std::vector<std::string> types;
};

// Only the types asked for.
Result<void> keep(cost::PriceBook& book, const std::vector<std::string>& types) {
  if (types.empty()) return {};
  decltype(book.host_types) kept;
  for (const std::string& type : types) {
    auto price = book.price_of(type);
    if (!price) return tl::unexpected(price.error());
    kept.emplace(type, std::move(*price));
  }
  book.host_types = std::move(kept);
  return {};
}

Result<void> run(const Options& options) {
  auto out = WholeFile::open(options.out);
  if (!out) return tl::unexpected(out.error());
  std::error_code ec;
  if (!std::filesystem::exists(options.list, ec))
    return fail(ErrorCode::kNotFound, fmt::format("{}: no such file", options.list.string()));
  std::ifstream in(options.list, std::ios::binary);
  if (!in || std::filesystem::is_directory(options.list, ec))
    return invalid(fmt::format("{}: cannot be read; name a .csv file and check its permissions", options.list.string()));
  auto imported = cost::import_prices(in, *cost::parse_price_list(options.format), options.list.string());
  if (!imported) return tl::unexpected(imported.error());
  if (auto good = keep(imported->book, options.types); !good) return good;
  const std::string text = cost::write_prices(
      imported->book, fmt::format("A price book made of {} by headroom cost import --format {}.\nWatts, interruptions and what is "
                                  "reserved already are not in such a list: add them (docs/cost.md).",
                                  options.list.filename().string(), options.format));
  if (text.size() > config::kMaxFileBytes)
    return invalid(fmt::format("{}: makes a book of over 1 MiB; name what you use with --types", options.list.string()));
  out->write(text);
  if (auto done = out->commit(); !done) return done;
  fmt::print("{} host types", imported->book.host_types.size());
  if (imported->not_on_demand > 0) fmt::print("; {} left out that are not offered on demand", imported->not_on_demand);
  if (imported->shared > 0) fmt::print("; {} left out whose vCPUs are a share of one", imported->shared);
  fmt::print("\n");
  return {};
}

}  // namespace

void add_cost_import(CLI::App& cost, Outcome& outcome) {
  auto options = std::make_shared<Options>();
  CLI::App* command = cost.add_subcommand("import", "Make a price book of a published price list");
  command->add_option("list", options->list, "The list (.csv)")->required();
  command->add_option("--format", options->format, "Whose list: aws (EC2) or gcp (Compute Engine); docs/cost.md has the columns")
      ->required()->check(CLI::IsMember({"aws", "gcp"}));
  command->add_option("--out", options->out, "The price book to write (.yaml)")->required();
  command->add_option("--types", options->types, "Only these host types, with commas between")->delimiter(',');
  command->callback([options, &outcome] {
    if (auto done = run(*options); !done) outcome.fail_with(done.error());
  });
}

}  // namespace headroom::cli
