// headroom history: what a manager remembers of its VMs' past. Importing has a file of its own.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "client.h"
#include "commands.h"
#include "headroom/base/whole_file.h"
#include "history_input.h"
#include "table.h"

namespace headroom::cli {
namespace {

struct ListOptions {
  std::filesystem::path history;
  std::string output = "table";
};

Result<void> list(const ListOptions& options) {
  auto history = open_history(options.history);
  if (!history) return tl::unexpected(history.error());
  const auto vms = (*history)->vms();
  if (!vms) return tl::unexpected(vms.error());
  nlohmann::json all = nlohmann::json::array();
  Table table({"VM", "SAMPLES", "FROM", "TO"});
  for (const std::string& vm : *vms) {
    const auto samples = (*history)->read(vm, Instant::min(), Instant::max());
    if (!samples) return tl::unexpected(samples.error());
    const std::string from = samples->empty() ? "" : to_rfc3339(samples->front().at), to = samples->empty() ? "" : to_rfc3339(samples->back().at);
    all.push_back({{"vm", vm}, {"samples", samples->size()}, {"from", from}, {"to", to}});
    table.add({vm, std::to_string(samples->size()), from, to});
  }
  if (options.output == "json") print_json(all);
  else fmt::print("{}", table.text());
  return {};
}

struct ExportOptions {
  std::filesystem::path history, out = "/dev/stdout";
  std::string vm, from, until;
};

Result<Instant> moment(const std::string& text, Instant otherwise, const char* option) {
  if (text.empty()) return otherwise;
  auto at = parse_instant(text);
  if (!at) return invalid(fmt::format("{}: {}", option, at.error().message));
  return at;
}

Result<void> write(const ExportOptions& options) {
  const auto from = moment(options.from, Instant::min(), "--from"), until = moment(options.until, Instant::max(), "--until");
  for (const auto* each : {&from, &until})
    if (!*each) return tl::unexpected(each->error());
  auto history = open_history(options.history);
  if (!history) return tl::unexpected(history.error());
  const auto samples = (*history)->read(options.vm, *from, *until);
  if (!samples) return tl::unexpected(samples.error());
  if (samples->empty())
    return fail(ErrorCode::kNotFound, fmt::format("the history has no samples of VM {} in that time; headroom history list says whom it knows",
                                                  harmless(options.vm)));
  auto out = WholeFile::open(options.out);
  if (!out) return tl::unexpected(out.error());
  out->write("at,cpu_millicores,memory_bytes,disk_bytes_per_second,network_bytes_per_second,cpu_stalled,memory_stalled,disk_stalled,"
             "network_stalled\n");
  for (const Sample& s : *samples) {
    std::string line = to_rfc3339(s.at);
    for (double used : s.used) line += fmt::format(",{:.10g}", used);
    for (float stalled : s.stalled) line += fmt::format(",{:.3g}", stalled);
    out->write(line + "\n");
  }
  return out->commit();
}

void add_list(CLI::App& history, Outcome& outcome) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = history.add_subcommand("list", "The VMs that a history knows, and from when to when");
  command->add_option("--history", options->history, "The directory given to headroomd --state")->required();
  command->add_option("-o,--output", options->output, "table or json")->check(CLI::IsMember({"table", "json"}))->capture_default_str();
  command->callback([options, &outcome] {
    if (auto done = list(*options); !done) outcome.fail_with(done.error());
  });
}

void add_export(CLI::App& history, Outcome& outcome) {
  auto options = std::make_shared<ExportOptions>();
  CLI::App* command = history.add_subcommand("export", "A VM's samples as CSV");
  command->add_option("--history", options->history, "The directory given to headroomd --state")->required();
  command->add_option("--vm", options->vm, "Its UUID")->required();
  command->add_option("--from", options->from, "Not before this moment (UTC)");
  command->add_option("--until", options->until, "Before this moment (UTC)");
  command->add_option("--out", options->out, "Where to write them")->capture_default_str();
  command->callback([options, &outcome] {
    if (auto done = write(*options); !done) outcome.fail_with(done.error());
  });
}

}  // namespace

void add_history(CLI::App& app, Outcome& outcome) {
  CLI::App* history = app.add_subcommand("history", "What a manager remembers of its VMs' past: look, take out, put in");
  history->require_subcommand(1);
  add_list(*history, outcome);
  add_export(*history, outcome);
  add_history_import(*history, outcome);
  history->footer("A manager that runs has its history to itself; stop it first. docs/history.md has more.");
}

}  // namespace headroom::cli
