// headroom agent token, list, revoke: who speaks for VMs at a running headroomd.
#include <fmt/format.h>

#include "client.h"
#include "commands.h"
#include "table.h"
#include "views.h"

namespace headroom::cli {
namespace {

using nlohmann::json;

void add_token(CLI::App& agent, Outcome& outcome) {
  CLI::App* command = agent.add_subcommand("token", "Make a token by which the agent of one VM joins, once; it is shown this once");
  auto vm = std::make_shared<std::string>(), expires = std::make_shared<std::string>("1h");
  command->add_option("vm", *vm, "The VM's name, or its UUID")->required();
  command->add_option("--expires", *expires, "How long it can be used: 10m, 1h; up to 7d")->capture_default_str();
  const auto options = add_change_options(*command);
  command->callback([=, &outcome] {
    const auto made = Client(*options).post(fmt::format("agents/tokens?name={}&expires={}", escaped(*vm), escaped(*expires)));
    if (!made) return outcome.fail_with(made.error());
    if (options->json()) return print_json(*made);
    read_answer(outcome, [&] {
      // The token alone on the standard output, so that it can be sent into a file.
      fmt::print(stderr, "For VM {}, until {}, once; agents connect to {}:\n", harmless(made->at("vm_uuid")), moment(made->at("until")), harmless(made->at("listens_at")));
      fmt::print("{}\n", harmless(made->at("token")));
    });
  });
}

std::string called(const json& row) { return row.at("vm") == "" ? harmless(row.at("vm_uuid")) : harmless(row.at("vm")); }

std::string when(const json& at) { return at.is_string() ? moment(at) : std::string("-"); }

std::string skew(const json& seconds) { return seconds.is_number() ? fmt::format("{:+.1f} s", seconds.get<double>()) : std::string("-"); }

// "+0.1 s, jumped +12.0 s at 12:03:10"
std::string clock(const json& a) {
  const json& jump = a.at("jump");
  return jump.is_object() ? fmt::format("{}, jumped {} at {}", skew(a.at("skew_seconds")), skew(jump.at("by_seconds")), moment(jump.at("at"))) : skew(a.at("skew_seconds"));
}

// What did not come at its time, or at all.
std::string waited(const json& a) {
  const auto count = [&](const char* key) { return a.at(key).get<std::uint64_t>(); };
  if (count("late_reports") + count("lost_samples") == 0) return "-";
  return fmt::format("{} late, {} lost", count("late_reports"), count("lost_samples"));
}

std::string asked(const json& a) {
  const json& open = a.at("asked");
  if (open.empty()) return "-";
  return harmless(open.at(0).at("reason")) + (open.size() > 1 ? fmt::format(", and {} more", open.size() - 1) : std::string());
}

std::string list_text(const json& answer) {
  Table agents({"VM", "CONNECTED", "VERSION", "LAST REPORT", "EVERY", "CLOCK", "FROM ITS BUFFER", "CERTIFICATE UNTIL", "ASKED", "VETOED"}), tokens({"VM", "TOKEN UNTIL"});
  std::string differ;
  for (const json& a : answer.at("agents")) {
    agents.add({called(a), a.at("connected").get<bool>() ? "yes" : "no, since " + moment(a.at("since")), harmless(a.at("version")), when(a.at("sampled_at")),
                fmt::format("{:g} s", a.at("interval_seconds").get<double>()), clock(a), waited(a), moment(a.at("certificate_until")), asked(a),
                a.at("veto").is_object() ? harmless(a.at("veto").at("reason")) : std::string("-")});
    if (const json& d = a.at("disagreement"); d.is_object())
      differ += fmt::format("{}: its agent and the hypervisor tell otherwise of its {} since {}; headroom get status says how much\n", called(a),
                            harmless(d.at("resource")), moment(d.at("since")));
  }
  for (const json& t : answer.at("tokens")) tokens.add({called(t), moment(t.at("until"))});
  const std::string head = fmt::format("Agents connect to {}.\n", harmless(answer.at("listens_at")));
  return head + (agents.empty() ? std::string("None has connected.\n") : agents.text()) + differ + (tokens.empty() ? std::string() : "\n" + tokens.text());
}

void add_list(CLI::App& agent, Outcome& outcome) {
  CLI::App* command = agent.add_subcommand("list", "Show the agents there are, and open join tokens; -o json shows certificates too");
  const auto options = add_server_options(*command);
  command->callback([=, &outcome] {
    const auto answer = Client(*options).get("agents");
    if (!answer) return outcome.fail_with(answer.error());
    show(*options, *answer, [&] { return list_text(*answer); }, outcome);
  });
}

void add_revoke(CLI::App& agent, Outcome& outcome) {
  CLI::App* command = agent.add_subcommand("revoke", "Let a VM's agent, or one certificate and what was renewed from it, speak no more, at once");
  auto what = std::make_shared<std::string>();
  command->add_option("what", *what, "A VM's name or UUID, or a certificate's serial number")->required();
  const auto options = add_change_options(*command);
  command->callback([=, &outcome] {
    const auto answer = Client(*options).post(fmt::format("agents/{}/revoke", escaped(*what)));
    if (!answer) return outcome.fail_with(answer.error());
    if (options->json()) return print_json(*answer);
    fmt::print("Revoked. With a new token it may join again.\n");
  });
}

}  // namespace

void add_agent(CLI::App& app, Outcome& outcome) {
  CLI::App* agent = app.add_subcommand("agent", "The agents in VMs: let one join, show them, shut one out");
  agent->require_subcommand(1);
  add_token(*agent, outcome);
  add_list(*agent, outcome);
  add_revoke(*agent, outcome);
}

}  // namespace headroom::cli
