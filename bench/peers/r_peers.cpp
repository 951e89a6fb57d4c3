#include "r_peers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace headroom::bench {
namespace {

constexpr std::int64_t kHistory = 576;  // steps: two days
constexpr std::size_t kColumns = 9;     // method,key,steps,q10,q50,q90,q95,q99,cpu_s

std::int64_t slot_of(const Fleet& fleet, const Moment& moment) {
  return (moment.origin - fleet.vms[moment.vm].start) / fleet.step;
}

double unit_of(const Fleet& fleet, const Moment& moment, Resource r) {
  return scored_unit(fleet.vms[moment.vm], r, static_cast<std::size_t>(slot_of(fleet, moment)));
}

void append_history(const Fleet& fleet, const Moment& moment, Resource r, std::string& out) {
  const std::vector<float>& demand = fleet.vms[moment.vm].demand[index(r)];
  const std::int64_t newest = slot_of(fleet, moment);
  const double unit = unit_of(fleet, moment, r);
  double value = std::nan("");
  for (std::int64_t slot = std::max<std::int64_t>(0, newest - kHistory + 1); slot <= newest; ++slot) {
    const double known = demand[static_cast<std::size_t>(slot)] / unit;
    if (!std::isnan(known)) value = known;
    if (!std::isnan(value)) fmt::format_to(std::back_inserter(out), ",{:.7g}", value);
  }
}

std::string quoted(const std::filesystem::path& path) {
  std::string out = "'";
  for (char c : path.string()) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
  return cells;
}

// "NA" and the like are NaN.
double number(const std::string& text) {
  char* end = nullptr;
  const double x = std::strtod(text.c_str(), &end);
  return end == text.c_str() || !std::isfinite(x) ? std::nan("") : x;
}

class Answers {
 public:
  Answers(const Fleet& fleet, const std::vector<Moment>& moments, const std::vector<int>& steps)
      : fleet_(fleet), moments_(moments), steps_(steps) {}

  bool take(const std::vector<std::string>& cells);
  Result<std::vector<RPeer>> finish();

 private:
  RPeer& peer(const std::string& name);

  const Fleet& fleet_;
  const std::vector<Moment>& moments_;
  const std::vector<int>& steps_;
  std::vector<RPeer> peers_;
  std::vector<std::size_t> taken_;  // by peer
};

RPeer& Answers::peer(const std::string& name) {
  if (peers_.empty() || peers_.back().name != name) {
    peers_.push_back({name, 0, 0, {}});
    peers_.back().quantiles.resize(moments_.size() * kResourceCount, std::vector<ScoredQuantiles>(steps_.size()));
    taken_.push_back(0);
  }
  return peers_.back();
}

bool Answers::take(const std::vector<std::string>& cells) {
  if (cells.size() != kColumns) return false;
  const auto key = static_cast<std::size_t>(std::atoll(cells[1].c_str()));
  const auto step = std::find(steps_.begin(), steps_.end(), std::atoi(cells[2].c_str()));
  if (key >= moments_.size() * kResourceCount || step == steps_.end()) return false;
  RPeer& of = peer("R " + cells[0]);
  ++taken_.back();
  if (step == steps_.begin()) of.cpu_s += number(cells[8]);
  const Moment& moment = moments_[key / kResourceCount];
  const Resource r = kAllResources[key % kResourceCount];
  const double unit = unit_of(fleet_, moment, r);
  ScoredQuantiles q;
  for (std::size_t l = 0; l < kScoredCount; ++l) q[l] = std::max(0.0, number(cells[3 + l]) * unit);
  if (std::any_of(cells.begin() + 3, cells.begin() + 8, [](const std::string& cell) { return std::isnan(number(cell)); })) {
    q.fill(fleet_.vms[moment.vm].demand[index(r)][static_cast<std::size_t>(slot_of(fleet_, moment))]);
    if (step == steps_.begin()) ++of.failures;
  }
  of.quantiles[key][static_cast<std::size_t>(step - steps_.begin())] = q;
  return true;
}

Result<std::vector<RPeer>> Answers::finish() {
  for (std::size_t taken : taken_)
    if (taken != moments_.size() * kResourceCount * steps_.size())
      return fail(ErrorCode::kFailed, "peers.R did not answer for every key");
  if (peers_.empty()) return fail(ErrorCode::kFailed, "peers.R answered nothing");
  return std::move(peers_);
}

}  // namespace

bool r_is_there() { return std::system("{ Rscript --vanilla -e 'library(forecast)'; } > /dev/null 2>&1") == 0; }

std::string r_histories(const Fleet& fleet, const std::vector<Moment>& moments) {
  std::string out;
  for (std::size_t m = 0; m < moments.size(); ++m) {
    for (Resource r : kAllResources) {
      out += std::to_string(m * kResourceCount + index(r));
      append_history(fleet, moments[m], r, out);
      out += '\n';
    }
  }
  return out;
}

Result<std::vector<RPeer>> ask_r(const Fleet& fleet, const std::vector<Moment>& moments, const std::vector<int>& steps,
                                 const std::filesystem::path& script, const std::filesystem::path& scratch) {
  const auto histories = scratch / "histories.csv", answers = scratch / "answers.csv";
  if (!(std::ofstream(histories) << r_histories(fleet, moments)).flush())
    return fail(ErrorCode::kFailed, fmt::format("{} cannot be written", histories.string()));
  std::string command = fmt::format("OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 Rscript --vanilla {} {} {}", quoted(script),
                                    quoted(histories), quoted(answers));
  for (int step : steps) command += fmt::format(" {}", step);
  if (std::system(command.c_str()) != 0) return fail(ErrorCode::kFailed, fmt::format("R failed: {}", command));
  Answers taken(fleet, moments, steps);
  std::ifstream in(answers);
  std::string line;
  std::getline(in, line);  // the header
  while (std::getline(in, line))
    if (!taken.take(cells_of(line))) return fail(ErrorCode::kFailed, fmt::format("peers.R answered \"{}\"", line));
  return taken.finish();
}

}  // namespace headroom::bench
