// An AccuracyReport for a terminal: what an operator asks first at the top, the worst VMs at the end. At most 110 columns,
// UTF-8 bars. docs/accuracy.md explains the figures.
#pragma once

#include <string>

#include "headroom/accuracy/report.h"

namespace headroom::cli {

// `fleet` is that of the report. Ends with a newline.
std::string accuracy_text(const AccuracyReport& report, const Fleet& fleet);

// "5m", "peak 1h".
std::string name_of(ScoredTarget target, Duration step);
// "2013-07-14 22:00".
std::string short_time(Instant at);

}  // namespace headroom::cli
