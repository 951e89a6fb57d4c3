#include "headroom/daemon/move_file.h"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

namespace headroom {
namespace {

using nlohmann::json;

json to_json(const DurationError& e) { return {{"weight", e.weight}, {"mean", e.mean}, {"variance", e.variance}}; }

DurationError error_of(const json& object) {
  const DurationError e{object.at("weight").get<double>(), object.at("mean").get<double>(), object.at("variance").get<double>()};
  const bool sound = std::isfinite(e.weight) && std::isfinite(e.mean) && std::isfinite(e.variance) && e.weight >= 0 && e.variance >= 0;
  if (!sound) throw json::other_error::create(501, "out of range", &object);
  return e;
}

}  // namespace

Result<void> save_moves(const std::filesystem::path& file, const MoveErrors& errors, const std::vector<Host>& hosts, Instant learnt_to) {
  std::map<HostId, std::string> names;
  for (const Host& host : hosts) names[host.id] = host.name;
  json pairs = json::array();
  for (const auto& [pair, error] : errors.pairs) {
    json one = to_json(error);
    one.update({{"from", names[pair.first]}, {"to", names[pair.second]}});
    pairs.push_back(std::move(one));
  }
  const json all{{"learnt_to", to_rfc3339(learnt_to)}, {"fleet", to_json(errors.fleet)}, {"pairs", std::move(pairs)}};
  const std::filesystem::path fresh = file.string() + ".new";
  std::ofstream out(fresh);
  out << all.dump(1) << '\n';
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(fresh, file, error);
  if (!out || error) return fail(ErrorCode::kFailed, fmt::format("what migrations taught cannot be written to '{}'", file.string()));
  return {};
}

Result<MoveErrors> load_moves(const std::filesystem::path& file, const std::vector<Host>& hosts, Instant begin) {
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return fail(ErrorCode::kNotFound, fmt::format("there is no '{}'", file.string()));
  std::ifstream in(file);
  if (!in) return fail(ErrorCode::kFailed, fmt::format("'{}' cannot be read", file.string()));
  std::map<std::string, HostId> ids;
  for (const Host& host : hosts) ids[host.name] = host.id;
  try {
    const json all = json::parse(in);
    const auto learnt_to = parse_instant(all.at("learnt_to").get<std::string>());
    if (!learnt_to) return invalid(fmt::format("'{}': {}", file.string(), learnt_to.error().message));
    if (*learnt_to > begin) return invalid(fmt::format("'{}' is of {}, after the time that is run", file.string(), to_rfc3339(*learnt_to)));
    MoveErrors errors{error_of(all.at("fleet")), {}};
    for (const json& one : all.at("pairs")) {
      const auto from = ids.find(one.at("from").get<std::string>()), to = ids.find(one.at("to").get<std::string>());
      if (from != ids.end() && to != ids.end()) errors.pairs[{from->second, to->second}] = error_of(one);
    }
    return errors;
  } catch (const json::exception&) {
    return invalid(fmt::format("'{}' is damaged; remove it, and it is learnt anew", file.string()));
  }
}

}  // namespace headroom
