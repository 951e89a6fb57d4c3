// Reports side by side, for a terminal: one row a policy (or a setting of one), and under it how the overload fell on the
// days.
#pragma once

#include <string>
#include <vector>

#include "headroom/sim/report.h"

namespace headroom {

// Ends with a newline. Rows in the order given; named by policy, or by setting where all are of one policy.
std::string report_table(const std::vector<Report>& reports);

// One block character a value, its height in proportion to `most`: " ▁▂▃▄▅▆▇█".
std::string bars(const std::vector<double>& values, double most);

}  // namespace headroom
