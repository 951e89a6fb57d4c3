#include "commands.h"

#include <fmt/core.h>

#include <cstdio>

namespace headroom::cli {

void Outcome::fail_with(const Error& error) {
  fmt::print(stderr, "headroom: {}\n", error.message);
  exit_code = headroom::exit_code(error.code);
}

void add_commands(CLI::App& app, Outcome& outcome) {
  add_forecast(app, outcome);
  add_simulate(app, outcome);
  add_solve(app, outcome);
  add_train(app, outcome);
  add_config(app, outcome);
  add_cost(app, outcome);
  add_history(app, outcome);
  add_get(app, outcome);
  add_describe(app, outcome);
  add_explain(app, outcome);
  add_observe(app, outcome);
  add_plan(app, outcome);
  add_pause(app, outcome);
  add_policy(app, outcome);
  add_host(app, outcome);
  add_agent(app, outcome);
  add_access(app, outcome);
  add_audit(app, outcome);
}

}  // namespace headroom::cli
