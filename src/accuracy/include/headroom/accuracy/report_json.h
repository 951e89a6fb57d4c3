// An AccuracyReport for machines. Names of figures are those of the rolling-origin score files (rWQL, cal_err_q90, prec_q90
// ...); times are RFC 3339, shares are 0 to 1, leads are minutes, what cannot be told is null. docs/accuracy.md explains them.
//
// `fleet` is that of the report. Names that are not UTF-8 are left to the caller's dump().
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "headroom/accuracy/report.h"

namespace headroom {

nlohmann::json to_json(const AccuracyReport& report, const Fleet& fleet);

}  // namespace headroom
