#include "headroom/daemon/move_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "headroom/base/whole_file.h"
#include "headroom/planner/move_memory.h"

namespace headroom {
namespace {

using nlohmann::json;

json to_json(const MoveError& e) {
  const DurationMoments& m = e.duration;
  return {{"duration", {{"weight", m.weight}, {"one", m.one}, {"x", m.x}, {"xx", m.xx}, {"y", m.y}, {"xy", m.xy}, {"yy", m.yy}}},
          {"downtime", {{"weight", e.downtime.weight}, {"mean_ms", e.downtime.mean_ms}, {"variance", e.downtime.variance}}}};
}

void expect(bool sound, const json& object) {
  if (!sound) throw json::other_error::create(501, "out of range", &object);
}

double number(const json& object, const char* key, double least = 0) {
  const auto x = object.at(key).get<double>();
  expect(std::isfinite(x) && x >= least, object);
  return x;
}

constexpr double kNoLeast = -1e15;

// An earlier version kept a factor alone, by its logarithm; it is taken for what it says.
MoveError error_of(const json& object) {
  if (object.contains("mean"))
    return error_of_factor(number(object, "weight"), std::clamp(number(object, "mean", kNoLeast), -3.0, 3.0), number(object, "variance"));
  const json &d = object.at("duration"), &down = object.at("downtime");
  const MoveError e{{number(d, "weight"), number(d, "one"), number(d, "x"), number(d, "xx"), number(d, "y"), number(d, "xy"), number(d, "yy")},
                    {number(down, "weight"), number(down, "mean_ms", kNoLeast), number(down, "variance")}};
  const DurationMoments& m = e.duration;
  const bool nothing = m.weight == 0;
  expect(nothing == (m.xx == 0) && nothing == (m.one == 0) && m.x * m.x <= m.one * m.xx * 1.000001, d);
  return e;
}

}  // namespace

Result<void> save_moves(const std::filesystem::path& file, const LearntMoves& learnt, Instant learnt_to) {
  json pairs = json::array();
  for (const auto& [pair, error] : learnt.pairs) {
    json one = to_json(error);
    one.update({{"from", pair.first}, {"to", pair.second}});
    pairs.push_back(std::move(one));
  }
  const json all{{"learnt_to", to_rfc3339(learnt_to)}, {"fleet", to_json(learnt.fleet)}, {"pairs", std::move(pairs)}};
  if (write_whole(file, all.dump(1, ' ', false, json::error_handler_t::replace) + '\n')) return {};
  return fail(ErrorCode::kFailed, fmt::format("what migrations taught cannot be written to '{}'", file.string()));
}

Result<LearntMoves> load_moves(const std::filesystem::path& file, Instant begin) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return fail(ErrorCode::kNotFound, fmt::format("there is no '{}'", file.string()));
  std::ifstream in(file);
  if (!in) return fail(ErrorCode::kFailed, fmt::format("'{}' cannot be read", file.string()));
  try {
    const json all = json::parse(in);
    const auto learnt_to = parse_instant(all.at("learnt_to").get<std::string>());
    if (!learnt_to) return invalid(fmt::format("'{}': {}", file.string(), learnt_to.error().message));
    if (*learnt_to > begin) return invalid(fmt::format("'{}' is of {}, after the time that is run", file.string(), to_rfc3339(*learnt_to)));
    LearntMoves learnt{error_of(all.at("fleet")), {}};
    for (const json& one : all.at("pairs")) learnt.pairs[{one.at("from").get<std::string>(), one.at("to").get<std::string>()}] = error_of(one);
    return learnt;
  } catch (const json::exception&) {
    return invalid(fmt::format("'{}' is damaged; remove it, and it is learnt anew", file.string()));
  }
}

}  // namespace headroom
