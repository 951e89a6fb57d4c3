// R's forecast package (Debian's r-cran-forecast) as a peer: it is given the last two days of a series up to a moment and
// answers with quantiles; peers.R says with which models. It runs as a program of its own, one thread, on files in a
// directory of the caller's.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "headroom/base/result.h"
#include "sample_keys.h"

namespace headroom::bench {

struct RPeer {
  std::string name;  // "R ets"
  double cpu_s = 0;  // of fitting and forecasting all keys
  int failures = 0;  // keys it had no answer for; they count as the last value
  // [moment * kResourceCount + resource][steps asked for], base units.
  std::vector<std::vector<ScoredQuantiles>> quantiles;
};

bool r_is_there();

// The histories as peers.R reads them: a line per moment and resource, its number first, in the units of the truth. A gap is
// filled with the value before it. Holds nothing later than the origin.
std::string r_histories(const Fleet& fleet, const std::vector<Moment>& moments);

// `steps`: after the origin, ascending. kFailed when the script fails or answers something else than it was asked.
Result<std::vector<RPeer>> ask_r(const Fleet& fleet, const std::vector<Moment>& moments, const std::vector<int>& steps,
                                 const std::filesystem::path& script, const std::filesystem::path& scratch);

}  // namespace headroom::bench
