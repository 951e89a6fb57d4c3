// headroom pause, resume: the operator's switch, over the socket only its owner may open, or with a token that may.
#include <fmt/format.h>

#include "client.h"
#include "commands.h"
#include "views.h"

namespace headroom::cli {
namespace {

void add_switch(CLI::App& app, Outcome& outcome, const std::string& path, const std::string& help, const std::string& done) {
  CLI::App* command = app.add_subcommand(path, help);
  const auto options = add_change_options(*command);
  command->callback([=, &outcome] {
    const auto status = Client(*options).post(path);
    if (!status) return outcome.fail_with(status.error());
    if (options->json()) return print_json(*status);
    fmt::print("{}\n", done);
  });
}

}  // namespace

void add_pause(CLI::App& app, Outcome& outcome) {
  add_switch(app, outcome, "pause", "Stop acting; observing, forecasting and planning go on",
             "Paused. What is under way ends as it will; nothing new begins until `headroom resume`.");
  add_switch(app, outcome, "resume", "Act again", "Acting again.");
}

}  // namespace headroom::cli
