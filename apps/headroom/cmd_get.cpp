// headroom get, describe, explain: what a running headroomd sees and does.
#include <fmt/format.h>

#include <map>

#include "client.h"
#include "commands.h"
#include "views.h"

namespace headroom::cli {
namespace {

using nlohmann::json;

// What describe and explain are asked about.
struct Subject {
  std::string kind, name;
};

std::shared_ptr<Subject> add_subject(CLI::App& command, const std::vector<std::string>& kinds) {
  auto subject = std::make_shared<Subject>();
  command.add_option("kind", subject->kind, "vm or host")->required()->check(CLI::IsMember(kinds));
  command.add_option("name", subject->name, "Its name")->required();
  return subject;
}

struct View {
  std::string path;
  std::string (*text)(const json&);
};

std::string action_list(const json& answer) {
  const std::string table = actions_table(answer.at("actions"));
  return table.empty() ? "Nothing has been started yet.\n" : table;
}

const std::map<std::string, View>& views() {
  static const std::map<std::string, View> kViews{
      {"hosts", {"fleet", hosts_table}}, {"vms", {"fleet", vms_table}},      {"actions", {"actions", action_list}},
      {"plan", {"plan", plan_text}},     {"score", {"score", score_text}},   {"status", {"status", status_text}},
      {"accuracy", {"accuracy", live_accuracy_text}}};
  return kViews;
}

void get(const ServerOptions& options, const std::string& what, std::size_t limit, Outcome& outcome) {
  const View& view = views().at(what);
  const auto answer = Client(options).get(what == "actions" ? fmt::format("actions?limit={}", limit) : view.path);
  if (!answer) return outcome.fail_with(answer.error());
  json told = *answer;
  if (what == "hosts" || what == "vms") {
    if (options.json()) told = told.value(what, json());
  }
  show(options, told, [&] { return view.text(told); }, outcome);
}

void describe(const ServerOptions& options, const Subject& subject, Outcome& outcome) {
  const auto answer = Client(options).get(subject.kind + "s/" + escaped(subject.name));
  if (!answer) return outcome.fail_with(answer.error());
  show(options, *answer, [&] { return subject.kind == "vm" ? vm_text(*answer) : host_text(*answer); }, outcome);
}

void explain(const ServerOptions& options, const std::string& name, Outcome& outcome) {
  const Client client(options);
  const auto vm = client.get("vms/" + escaped(name));
  if (!vm) return outcome.fail_with(vm.error());
  const auto status = client.get("status");
  if (!status) return outcome.fail_with(status.error());
  show(options, *vm, [&] { return explanation(*vm, *status); }, outcome);
}

}  // namespace

void add_get(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("get", "List what a running headroomd knows");
  const auto options = add_server_options(*command);
  auto what = std::make_shared<std::string>();
  auto limit = std::make_shared<std::size_t>(20);
  std::vector<std::string> names;
  for (const auto& [name, view] : views()) names.push_back(name);
  command->add_option("what", *what, "hosts, vms, actions, plan, score, accuracy or status")->required()->check(CLI::IsMember(names));
  command->add_option("--limit", *limit, "Of actions: how many, newest first")->check(CLI::Range(1, 1000))->capture_default_str();
  command->callback([=, &outcome] { get(*options, *what, *limit, outcome); });
}

void add_describe(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("describe", "Show all of one VM or host");
  const auto options = add_server_options(*command);
  const auto subject = add_subject(*command, {"vm", "host"});
  command->callback([=, &outcome] { describe(*options, *subject, outcome); });
}

void add_explain(CLI::App& app, Outcome& outcome) {
  CLI::App* command = app.add_subcommand("explain", "Say in sentences why a VM is as it is, and what would change it");
  const auto options = add_server_options(*command);
  const auto subject = add_subject(*command, {"vm"});
  command->callback([=, &outcome] { explain(*options, subject->name, outcome); });
}

}  // namespace headroom::cli
