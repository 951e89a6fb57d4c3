// headroom cost: price lists, bills and reservations. Each subcommand has its own file.
#include "commands.h"

namespace headroom::cli {

void add_cost(CLI::App& app, Outcome& outcome) {
  CLI::App* cost = app.add_subcommand("cost", "What the fleet costs, what it would cost, and what to reserve");
  cost->require_subcommand(1);
  add_cost_report(*cost, outcome);
  add_cost_advise(*cost, outcome);
  add_cost_import(*cost, outcome);
}

}  // namespace headroom::cli
