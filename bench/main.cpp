// headroom_bench [NAME...] --json OUT.json: runs the benchmarks named (all, if none) and writes their
// figures.
#include <fmt/core.h>
#include <stdlib.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "bench.h"

namespace headroom::bench {

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

namespace {

const std::map<std::string, Bench> kBenches{{"agent", agent_bench}, {"api", api_bench}, {"forecast", forecast_bench}, {"history", history_bench},
                                           {"fleet", fleet_bench}, {"ingest", ingest_bench}, {"loop", loop_bench}, {"migration", migration_bench}, {"planner", planner_bench},
                                           {"start", start_bench}};

// The figure over another's, where that says something.
std::string ratio(double value, double other) {
  return other != 0 ? fmt::format(", {:.3g} times that", value / other) : std::string();
}

void print(const std::string& bench, const Figure& figure) {
  fmt::print("{}.{}: {:.4g} {}\n", bench, figure.name, figure.value, figure.unit);
  for (const Beside& other : figure.beside)
    fmt::print("    {}: {:.4g}{}\n", other.name, other.value, ratio(figure.value, other.value));
}

nlohmann::json to_json(const std::string& bench, const Figure& figure, std::uint64_t seed) {
  nlohmann::json out{{"bench", bench},
                     {"name", figure.name},
                     {"figure", figure.value},
                     {"unit", figure.unit},
                     {"seed", seed}};
  for (const Beside& other : figure.beside) {
    const nlohmann::json entry{{"name", other.name}, {"figure", other.value}};
    if (&other == figure.beside.data()) out["baseline"] = entry;
    else out["peers"].push_back(entry);
  }
  return out;
}

int run(const std::vector<std::string>& names, Setting setting, const std::string& json_path) {
  nlohmann::json entries = nlohmann::json::array();
  for (const std::string& name : names) {
    std::string scratch = (std::filesystem::temp_directory_path() / "headroom-bench-XXXXXX").string();
    if (mkdtemp(scratch.data()) == nullptr) {
      fmt::print(stderr, "headroom_bench: no temporary directory; set TMPDIR to one that can be written\n");
      return 1;
    }
    setting.scratch = scratch;
    const auto figures = kBenches.at(name)(setting);
    std::filesystem::remove_all(scratch);
    if (!figures) {
      fmt::print(stderr, "headroom_bench: {}: {}\n", name, figures.error().message);
      return exit_code(figures.error().code);
    }
    for (const Figure& figure : *figures) {
      print(name, figure);
      entries.push_back(to_json(name, figure, setting.seed));
    }
  }
  if (json_path.empty()) return 0;
  std::ofstream out(json_path);
  out << nlohmann::json{{"benchmarks", entries}}.dump(2) << '\n';
  if (out.flush()) return 0;
  fmt::print(stderr, "headroom_bench: {} cannot be written\n", json_path);
  return 1;
}

}  // namespace
}  // namespace headroom::bench

int main(int argc, char** argv) {
  using namespace headroom::bench;
  CLI::App app{"Headroom's benchmarks: figures with a baseline beside them, from one seed"};
  std::vector<std::string> names;
  std::string json_path;
  Setting setting;
  setting.examples = HEADROOM_SOURCE_DIR "/examples";
  setting.models = HEADROOM_SOURCE_DIR "/models";
  setting.scripts = HEADROOM_SOURCE_DIR "/bench";
  std::vector<std::string> known;
  for (const auto& [name, bench] : kBenches) known.push_back(name);
  app.add_option("name", names, "benchmarks to run; all if none is named")->check(CLI::IsMember(known));
  app.add_option("--json", json_path, "write the figures here");
  app.add_option("--seed", setting.seed, "seed of everything drawn by chance")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  return run(names.empty() ? known : names, setting, json_path);
}
