// headroom host drain, undrain, list: which hosts are to be left by their VMs, and how far that is. Changes go over the socket only its
// owner may open, or with a token that may.
#include <fmt/format.h>

#include "client.h"
#include "commands.h"
#include "table.h"
#include "views.h"

namespace headroom::cli {
namespace {

using nlohmann::json;

void add_change(CLI::App& host, Outcome& outcome, const std::string& verb, const std::string& help, const std::string& done) {
  CLI::App* command = host.add_subcommand(verb, help);
  const auto options = add_change_options(*command);
  auto name = std::make_shared<std::string>();
  command->add_option("name", *name, "The host's name")->required();
  command->callback([=, &outcome] {
    const auto status = Client(*options).post(fmt::format("hosts/{}/{}", escaped(*name), verb));
    if (!status) return outcome.fail_with(status.error());
    if (options->json()) return print_json(*status);
    fmt::print("{}\n", done);
  });
}

std::string use(const json& host) {
  if (host.at("power") != "on") return "-";
  if (!host.at("leaving").is_object()) return "in use";
  const std::string since = host.at("drained_at").is_string() ? "drained since " + moment(host.at("drained_at"))
                            : host.at("accepts_vms").get<bool>() ? std::string("in maintenance by a constraint")
                                                                 : std::string("takes no VMs");
  const std::size_t left = host.at("vms").get<std::size_t>(), stuck = host.at("cannot_leave").size();
  if (left == 0) return since + ", empty";
  return fmt::format("{}, {} left{}", since, counted(left, "VM"), stuck > 0 ? fmt::format(", {} of them cannot leave", stuck) : "");
}

std::string list_text(const json& fleet) {
  Table hosts({"NAME", "POWER", "VMS", "USE"}), stuck({"HOST", "VM", "CANNOT LEAVE BECAUSE"});
  for (const json& h : fleet.at("hosts")) {
    hosts.add({h.at("name"), h.at("power"), h.at("vms").dump(), use(h)});
    for (const json& vm : h.at("cannot_leave")) stuck.add({h.at("name"), vm.at("vm"), vm.at("why")});
  }
  return hosts.text() + (stuck.empty() ? std::string() : "\n" + stuck.text());
}

void add_list(CLI::App& host, Outcome& outcome) {
  CLI::App* command = host.add_subcommand("list", "Show which hosts are drained, and who cannot leave them");
  const auto options = add_server_options(*command);
  command->callback([=, &outcome] {
    const auto fleet = Client(*options).get("fleet");
    if (!fleet) return outcome.fail_with(fleet.error());
    read_answer(outcome, [&] {
      if (options->json()) return print_json(fleet->at("hosts"));
      fmt::print("{}", list_text(*fleet));
    });
  });
}

}  // namespace

void add_host(CLI::App& app, Outcome& outcome) {
  CLI::App* host = app.add_subcommand("host", "Have a host left by its VMs, and take it into use again");
  host->require_subcommand(1);
  add_change(*host, outcome, "drain", "Move a host's VMs away and let nobody come, until it is undrained",
             "From the next round on its VMs are moved away; `headroom host list` shows how far that is.");
  add_change(*host, outcome, "undrain", "Take a drained host into use again", "It takes VMs again from the next round on.");
  add_list(*host, outcome);
}

}  // namespace headroom::cli
