// The subcommands of `headroom`. To add one: a file cmd_<name>.cpp with add_<name>(), a line in commands.cpp.
#pragma once

#include <CLI/CLI.hpp>

#include "headroom/base/result.h"

namespace headroom::cli {

// What the chosen subcommand left behind; main() returns it.
struct Outcome {
  int exit_code = 0;

  // Prints "headroom: <message>" on stderr and sets the documented exit code.
  void fail_with(const Error& error);
};

void add_commands(CLI::App& app, Outcome& outcome);
void add_forecast(CLI::App& app, Outcome& outcome);
void add_forecast_report(CLI::App& forecast, Outcome& outcome);
void add_simulate(CLI::App& app, Outcome& outcome);
void add_solve(CLI::App& app, Outcome& outcome);
void add_train(CLI::App& app, Outcome& outcome);
void add_config(CLI::App& app, Outcome& outcome);
void add_cost(CLI::App& app, Outcome& outcome);
void add_cost_advise(CLI::App& cost, Outcome& outcome);
void add_cost_import(CLI::App& cost, Outcome& outcome);
void add_cost_report(CLI::App& cost, Outcome& outcome);
void add_history(CLI::App& app, Outcome& outcome);
void add_history_import(CLI::App& history, Outcome& outcome);

void add_get(CLI::App& app, Outcome& outcome);
void add_describe(CLI::App& app, Outcome& outcome);
void add_explain(CLI::App& app, Outcome& outcome);
void add_observe(CLI::App& app, Outcome& outcome);
void add_plan(CLI::App& app, Outcome& outcome);
void add_pause(CLI::App& app, Outcome& outcome);  // and resume
void add_policy(CLI::App& app, Outcome& outcome);
void add_agent(CLI::App& app, Outcome& outcome);
void add_access(CLI::App& app, Outcome& outcome);
void add_audit(CLI::App& app, Outcome& outcome);
void add_host(CLI::App& app, Outcome& outcome);

}  // namespace headroom::cli
