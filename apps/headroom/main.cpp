// headroom: the command line. Each subcommand lives in its own file and registers itself here.
#include <CLI/CLI.hpp>
#include <exception>

#include "commands.h"

int main(int argc, char** argv) {
  CLI::App app{"Headroom: predictive, cost-aware resource allocation for fleets of virtual machines", "headroom"};
  app.set_version_flag("--version", HEADROOM_VERSION);
  app.require_subcommand(1);
  app.footer("Exit codes: 0 ok, 1 failure, 2 bad usage, input or configuration, 3 not found, 4 refused by policy,\n"
             "5 unreachable or timed out.");
  headroom::cli::Outcome outcome;
  headroom::cli::add_commands(app, outcome);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int code = app.exit(e);
    return code == 0 ? 0 : 2;
  } catch (const std::exception& e) {  // the standard output is gone, or there is no memory
    outcome.fail_with({headroom::ErrorCode::kFailed, e.what()});
  }
  return outcome.exit_code;
}
