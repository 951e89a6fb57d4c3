// How good the forecasts have been lately, in words and tables.
#include <fmt/format.h>

#include <cmath>

#include "headroom/base/instant.h"
#include "table.h"
#include "views.h"

namespace headroom::cli {
namespace {

using nlohmann::json;

constexpr std::array<double, 3> kToldLevels{0.9, 0.95, 0.99};

// Tenths of a percent: what is promised of a 99 % bound is in them.
std::string tenths(const json& share) { return share.is_number() ? fmt::format("{:.1f} %", 100 * share.get<double>()) : "-"; }

json held_at(const json& levels, const json& held, double level) {
  for (std::size_t l = 0; l < levels.size() && l < held.size(); ++l)
    if (std::abs(levels.at(l).get<double>() - level) < 1e-9) return held.at(l);
  return {};
}

std::string loss(const json& loss) { return loss.is_number() ? fmt::format("{:.4f}", loss.get<double>()) : "-"; }

std::string heads_table(const json& accuracy) {
  Table table({"RESOURCE", "TARGET", "AHEAD", "JUDGED", "OF 90 % HELD", "OF 95 %", "OF 99 %", "LOSS", "SAMPLED", "MODEL ALONE", "NO MODEL"});
  for (const json& head : accuracy.at("heads")) {
    std::vector<std::string> row{head.at("resource"), head.at("target"), to_text(std::chrono::seconds(head.at("horizon_seconds").get<int>())),
                                 head.at("judgements").dump()};
    for (double level : kToldLevels) row.push_back(tenths(held_at(accuracy.at("levels"), head.at("held"), level)));
    const json& sampled = head.at("sampled");
    for (const json& one : {head.at("loss"), sampled.at("loss"), sampled.at("model_loss"), sampled.at("unconditional_loss")})
      row.push_back(loss(one));
    table.add(row);
  }
  return table.text();
}

std::string chances_table(const json& accuracy) {
  Table table({"CHANCE SAID", "HAPPENED", "JUDGED"});
  for (const json& bin : accuracy.at("chances"))
    if (bin.at("judgements").get<double>() > 0) table.add({tenths(bin.at("said")), tenths(bin.at("happened")), bin.at("judgements").dump()});
  return table.empty() ? "  none was judged yet\n" : table.text();
}

// Nothing where an older manager tells nothing of them.
std::string migrations_text(const json& migrations) {
  if (!migrations.is_object()) return {};
  if (migrations.at("judged") == 0) return "\nMigrations: none has ended yet.\n";
  Table table({"ENDED", "VM", "FROM", "TO", "FORMULA", "PREDICTED", "OF 95 %", "TOOK", "DOWN", "WAS TO BE"});
  const auto time = [](const json& seconds) { return seconds.is_number() ? fmt::format("{:.1f} s", seconds.get<double>()) : "-"; };
  for (const json& m : migrations.at("newest"))
    table.add({moment(m.at("at")), m.at("vm"), m.at("from"), m.at("to"), time(m.at("formula_seconds")), time(m.at("predicted_seconds")),
               time(m.at("predicted_95_seconds")), time(m.at("measured_seconds")), time(m.at("measured_downtime_seconds")),
               time(m.at("predicted_downtime_seconds"))});
  const auto off = [&](const char* whose) {
    const json& of = migrations.at(whose);
    return fmt::format("{} in the middle and {} at nine in ten", percent(of.at("median")), percent(of.at("p90")));
  };
  const json& downtime = migrations.at("downtime_off_p90_seconds");
  return fmt::format("\nOf the last {} migrations {} took no longer than 95 of 100 were to. Predictions were off by {}, the formula alone by {};\n"
                     "nine in ten downtimes by {} at most:\n{}",
                     migrations.at("judged").dump(), percent(migrations.at("within_95")), off("predicted_off"), off("formula_off"),
                     downtime.is_number() ? fmt::format("{:.0f} ms", 1000 * downtime.get<double>()) : "-", table.text());
}

}  // namespace

std::string bounds_held(const json& accuracy) {
  if (!accuracy.is_object()) return "not measured";
  if (accuracy.at("judgements").get<double>() <= 0) return "none is judged yet";
  std::string text;
  for (double level : kToldLevels)
    text += fmt::format("{}of {:.0f} % bounds {} held", text.empty() ? "" : ", ", 100 * level,
                        tenths(held_at(accuracy.at("levels"), accuracy.at("held"), level)));
  return text;
}

std::string live_accuracy_text(const json& answer) {
  const json& accuracy = answer.at("accuracy");
  const std::string moves = migrations_text(answer.value("migrations", json()));
  if (!accuracy.is_object()) return "No forecast is measured: the policy does not forecast with the model.\n" + moves;
  return fmt::format("Up to {}, with a memory of two days: {}.\n\n{}\nHow often a limit was passed, by the chance that was given for it:\n{}{}",
                     moment(answer.at("now")), bounds_held(accuracy), heads_table(accuracy), chances_table(accuracy), moves);
}

}  // namespace headroom::cli
