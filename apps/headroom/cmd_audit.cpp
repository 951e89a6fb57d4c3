// headroom audit: who changed what. `list` asks the manager; `verify` does too, or reads a state directory by itself.
#include <fmt/format.h>

#include "client.h"
#include "commands.h"
#include "headroom/access/audit_check.h"
#include "headroom/access/books.h"
#include "table.h"
#include "views.h"

namespace headroom::cli {
namespace {

using nlohmann::json;

std::string list_text(const json& answer) {
  Table entries({"NUMBER", "AT", "WHO", "ROLE", "FROM", "ACTION", "TARGET", "OUTCOME"});
  for (const json& e : answer.at("entries"))
    entries.add({e.at("number").dump(), moment(e.at("at")), e.at("who"), e.at("role"), e.at("from"), e.at("action"), e.at("target"), e.at("outcome")});
  return entries.empty() ? "Nothing has been changed yet.\n" : entries.text();
}

void add_list(CLI::App& audit, Outcome& outcome) {
  CLI::App* command = audit.add_subcommand("list", "Show the newest entries, newest first");
  auto limit = std::make_shared<std::size_t>(20);
  command->add_option("--limit", *limit, "How many")->check(CLI::Range(1, 10'000))->capture_default_str();
  const auto options = add_change_options(*command);
  command->callback([=, &outcome] {
    const auto answer = Client(*options).get(fmt::format("audit?limit={}", *limit));
    if (!answer) return outcome.fail_with(answer.error());
    read_answer(outcome, [&] {
      if (options->json()) return print_json(answer->at("entries"));
      fmt::print("{}", list_text(*answer));
    });
  });
}

json verdict_json(const access::AuditVerdict& v) {
  return {{"entries", v.entries}, {"head", {{"number", v.head.number}, {"hash", v.head.hash}}}, {"faults", v.faults}};
}

// Exit code 1 when something was found.
void tell(const json& verdict, bool as_json, Outcome& outcome) {
  if (as_json) print_json(verdict);
  for (const json& fault : verdict.at("faults"))
    if (!as_json) fmt::print("{}\n", harmless(fault));
  if (!verdict.at("faults").empty())
    return outcome.fail_with({ErrorCode::kFailed, fmt::format("the audit log is not as it was written: {} fault{} in {} entries",
                                                              verdict.at("faults").size(), verdict.at("faults").size() == 1 ? "" : "s",
                                                              verdict.at("entries").get<std::int64_t>())});
  if (as_json) return;
  if (verdict.at("entries") == 0) return fmt::print("The audit log is empty.\n");
  fmt::print("{} entries, as they were written. Head, to be kept elsewhere and given as --anchor: {}:{}\n", verdict.at("entries").get<std::int64_t>(),
             verdict.at("head").at("number").get<std::int64_t>(), harmless(verdict.at("head").at("hash")));
}

Result<json> verdict_of_file(const std::string& state, const std::string& anchor) {
  std::optional<access::AuditAnchor> remembered;
  if (!anchor.empty()) {
    auto read = access::parse_anchor(anchor);
    if (!read) return tl::unexpected(read.error());
    remembered = std::move(*read);
  }
  return access::check_audit_log(access::Books::audit_file(state).string(), remembered).map(verdict_json);
}

void add_verify(CLI::App& audit, Outcome& outcome) {
  CLI::App* command = audit.add_subcommand("verify", "Say whether an entry was altered, removed, put in or re-ordered");
  auto state = std::make_shared<std::string>(), anchor = std::make_shared<std::string>();
  command->add_option("--state", *state, "Read this state directory by itself, whether or not its headroomd runs, rather than ask a headroomd");
  command->add_option("--anchor", *anchor, "NUMBER:HASH, as headroomd logged it with an entry: what was written up to there must be the same");
  const auto options = add_change_options(*command);
  command->callback([=, &outcome] {
    const auto verdict = !state->empty() ? verdict_of_file(*state, *anchor)
                                         : Client(*options).get("audit/check" + (anchor->empty() ? "" : "?anchor=" + escaped(*anchor)));
    if (!verdict) return outcome.fail_with(verdict.error());
    read_answer(outcome, [&] {
      tell(*verdict, options->json(), outcome);
    });
  });
}

}  // namespace

void add_audit(CLI::App& app, Outcome& outcome) {
  CLI::App* audit = app.add_subcommand("audit", "Who changed what, and whether that was tampered with");
  audit->require_subcommand(1);
  add_list(*audit, outcome);
  add_verify(*audit, outcome);
}

}  // namespace headroom::cli
