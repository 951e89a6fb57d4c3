// headroom access: who may talk to a manager over TLS. Tokens are made, listed and revoked by an admin: over the socket only headroomd's
// owner may open, or with an admin's token.
#include <fmt/format.h>

#include "client.h"
#include "commands.h"
#include "table.h"
#include "views.h"

namespace headroom::cli {
namespace {

using nlohmann::json;

std::string when(const json& at, const char* otherwise) { return at.is_string() ? moment(at) : std::string(otherwise); }

void add_create(CLI::App& token, Outcome& outcome) {
  CLI::App* command = token.add_subcommand("create", "Make a token; it is shown this once");
  auto name = std::make_shared<std::string>(), role = std::make_shared<std::string>(), expires = std::make_shared<std::string>("90d");
  command->add_option("--name", *name, "What it is called, in lists and in the audit log")->required();
  command->add_option("--role", *role, "viewer: look; operator: also pause, resume, drain; admin: also give and take access, read the audit log")
      ->required()->check(CLI::IsMember({"viewer", "operator", "admin"}));
  command->add_option("--expires", *expires, "How long it lasts: 12h, 30d; or never")->capture_default_str();
  const auto options = add_change_options(*command);
  command->callback([=, &outcome] {
    const auto made = Client(*options).post(fmt::format("access/tokens?name={}&role={}&expires={}", escaped(*name), *role, escaped(*expires)));
    if (!made) return outcome.fail_with(made.error());
    if (options->json()) return print_json(*made);
    read_answer(outcome, [&] {
      // The token alone on the standard output, so that it can be sent into a file.
      fmt::print(stderr, "{} '{}', expires {}; it is not shown again:\n", made->at("role").get<std::string>(), harmless(made->at("name")),
                 when(made->at("expires_at"), "never"));
      fmt::print("{}\n", harmless(made->at("token")));
    });
  });
}

std::string list_text(const json& answer) {
  Table tokens({"ID", "NAME", "ROLE", "MADE", "EXPIRES", "LAST USED", "REVOKED"});
  for (const json& t : answer.at("tokens"))
    tokens.add({t.at("id"), t.at("name"), t.at("role"), when(t.at("made_at"), "-"), when(t.at("expires_at"), "never"),
                when(t.at("last_used_at"), "never"), when(t.at("revoked_at"), "-")});
  return tokens.empty() ? "There are no tokens.\n" : tokens.text();
}

void add_list(CLI::App& token, Outcome& outcome) {
  CLI::App* command = token.add_subcommand("list", "Show the tokens there are, not what they are");
  const auto options = add_change_options(*command);
  command->callback([=, &outcome] {
    const auto answer = Client(*options).get("access/tokens");
    if (!answer) return outcome.fail_with(answer.error());
    show(*options, *answer, [&] { return list_text(*answer); }, outcome);
  });
}

void add_revoke(CLI::App& token, Outcome& outcome) {
  CLI::App* command = token.add_subcommand("revoke", "Let a token do nothing any more, at once");
  auto name = std::make_shared<std::string>();
  command->add_option("name", *name, "Its name or id")->required();
  const auto options = add_change_options(*command);
  command->callback([=, &outcome] {
    const auto answer = Client(*options).post(fmt::format("access/tokens/{}/revoke", escaped(*name)));
    if (!answer) return outcome.fail_with(answer.error());
    if (options->json()) return print_json(*answer);
    fmt::print("Revoked.\n");
  });
}

void add_me(CLI::App& access, Outcome& outcome) {
  CLI::App* command = access.add_subcommand("whoami", "Show whom a manager takes you for");
  const auto options = add_server_options(*command);
  command->callback([=, &outcome] {
    const auto answer = Client(*options).get("access/me");
    if (!answer) return outcome.fail_with(answer.error());
    if (options->json()) return print_json(*answer);
    read_answer(outcome, [&] {
      fmt::print("{}, {}, from {}\n", harmless(answer->at("who")), harmless(answer->at("role")), harmless(answer->at("from")));
    });
  });
}

}  // namespace

void add_access(CLI::App& app, Outcome& outcome) {
  CLI::App* access = app.add_subcommand("access", "Who may talk to a running headroomd");
  access->require_subcommand(1);
  CLI::App* token = access->add_subcommand("token", "Tokens for those who come over TLS");
  token->require_subcommand(1);
  add_create(*token, outcome);
  add_list(*token, outcome);
  add_revoke(*token, outcome);
  add_me(*access, outcome);
}

}  // namespace headroom::cli
