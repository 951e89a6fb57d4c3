#include "accuracy_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "table.h"

namespace headroom::cli {
namespace {

constexpr std::size_t kQ90 = 2, kQ95 = 3, kQ99 = 4;  // of kScoredLevels
constexpr std::size_t kAlarmQ90 = 1;                 // of an AlarmTally's levels

// "1,234,567".
std::string grouped(std::int64_t n) {
  std::string text = std::to_string(n);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

// A number, or "-" for what cannot be told.
std::string figure(double x, int digits, const char* unit = "") {
  return std::isfinite(x) ? fmt::format("{:.{}f}{}", x, digits, unit) : "-";
}
std::string percent(double share, int digits = 1) { return figure(100 * share, digits, " %"); }
std::string points(double share) { return figure(100 * share, 2); }

std::string limit_name(const Limit& limit) {
  return limit.own ? fmt::format("own {:g} %", 100 * limit.at) : fmt::format("{:g} % allocated", 100 * limit.at);
}

// The target a manager acts on: the peak within the longest horizon, or else the longest.
ScoredTarget foremost(const AccuracyReport& report) {
  return *std::max_element(report.targets.begin(), report.targets.end(), [](const ScoredTarget& a, const ScoredTarget& b) {
    return std::pair(a.peak, a.steps) < std::pair(b.peak, b.steps);
  });
}

std::string accuracy_part(const AccuracyReport& report) {
  constexpr auto kRow = "{:<9} {:<9} {:>7} {:>7} {:>7} {:>9} {:>8} {:>8} {:>7} {:>7} {:>7} {:>7}\n";
  std::string text = "ACCURACY: loss over that of the last value with the spread of its own errors (naive-RE); 1 = no gain\n";
  text += fmt::format(kRow, "", "", "loss", "typical", "error", "80 % band", "width", "naive's", "off by", "points", "", "idle");
  text += fmt::format(kRow, "target", "resource", "rWQL", "gWQL", "relMAE", "covers", "/scale", "width", "at q90", "q95",
                      "q99", "series");
  for (const MeanFigures& mean : report.mean) {
    std::string name = name_of(mean.target, report.step);
    for (const AccuracyFigures& f : report.accuracy) {
      if (f.target != mean.target) continue;
      text += fmt::format(kRow, name, scored_name(f.resource), figure(f.rwql, 3), figure(f.gwql, 3), figure(f.rel_mae, 3),
                          percent(f.cover80), figure(f.width80, 2), figure(f.naive_width80, 2), points(f.calibration_error(kQ90)),
                          points(f.calibration_error(kQ95)), points(f.calibration_error(kQ99)),
                          fmt::format("{}/{}", f.idle, f.idle + f.series));
      name.clear();
    }
    text += fmt::format(kRow, "", "mean", figure(mean.rwql, 3), figure(mean.gwql, 3), figure(mean.rel_mae, 3), "", "", "",
                        points(mean.calibration_error[kQ90]), points(mean.calibration_error[kQ95]),
                        points(mean.calibration_error[kQ99]), "");
  }
  if (report.mean.empty()) text += "  every series is idle, or has too little past: nothing to compare\n";
  return text;
}

// What coverage would be off by in the mean, and for nine series in ten, were every forecast right and none dependent.
std::string chance_line(const std::vector<SeriesCalibration>& calibration) {
  constexpr double kMeanOfNormal = 0.798, kNineInTen = 1.645;  // of |N(0, 1)|
  double most = 0;
  for (const SeriesCalibration& c : calibration)
    if (c.series > 0) most = std::max(most, c.forecasts);
  if (most == 0) return "";
  const double deviation = std::sqrt(0.9 * 0.1 / most);
  return fmt::format("Chance alone would make it {} and {} at q90, with {:.0f} forecasts each.\n",
                     points(kMeanOfNormal * deviation), points(kNineInTen * deviation), most);
}

std::string calibration_part(const AccuracyReport& report) {
  constexpr auto kRow = "{:<9} {:>8} {:>8} {:>9} {:>8} {:>9} {:>8} {:>9} {:>8} {:>9}\n";
  std::string text =
      "\nSINGLE SERIES: how far coverage is from what was stated, in points; nine series in ten are within the second\n";
  text += fmt::format(kRow, "", "", "q90", "", "q95", "", "q99", "", "one day", "");
  text += fmt::format(kRow, "target", "each has", "mean", "9 in 10", "mean", "9 in 10", "mean", "9 in 10", "at q90", "at q99");
  for (const SeriesCalibration& c : report.calibration) {
    if (c.series == 0) continue;
    text += fmt::format(kRow, name_of(c.target, report.step), fmt::format("{:.0f}", c.forecasts), points(c.mean[kQ90]),
                        points(c.p90[kQ90]), points(c.mean[kQ95]), points(c.p90[kQ95]), points(c.mean[kQ99]),
                        points(c.p90[kQ99]), points(c.daily[kQ90]), points(c.daily[kQ99]));
  }
  return text + chance_line(report.calibration);
}

// `happened` of the width filled, a stroke where it should end.
std::string bar(double happened, double stated, std::size_t width) {
  constexpr std::array<const char*, 8> kParts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<std::size_t>(std::lround(happened * static_cast<double>(width) * 8));
  const std::size_t mark = std::min(width - 1, static_cast<std::size_t>(stated * static_cast<double>(width)));
  std::string text;
  for (std::size_t cell = 0; cell < width; ++cell) {
    const std::size_t filled = eighths > cell * 8 ? std::min<std::size_t>(8, eighths - cell * 8) : 0;
    if (cell == mark) text += filled == 8 ? "┃" : "│";
    else if (filled == 8) text += "█";
    else text += filled == 0 ? " " : kParts[filled];
  }
  return text;
}

// The tallies of one limit and target, by resource; null where there is none.
using ByResource = std::array<const LimitTally*, kResourceCount>;

ByResource tallies_of(const AccuracyReport& report, ScoredTarget target, const Limit& limit) {
  ByResource all{};
  for (const LimitTally& t : report.limits)
    if (t.target == target && t.limit == limit) all[index(t.resource)] = &t;
  return all;
}

std::string reliability_rows(const ByResource& tallies, const Reliability& all) {
  constexpr std::size_t kWidth = 30;
  std::string text;
  for (std::size_t i = 0; i < Reliability::kBins; ++i) {
    const Reliability::Bin& bin = all.bins[i];
    if (bin.forecasts == 0) continue;
    const std::string range = fmt::format("{:g} to {:g} %", 100 * Reliability::kEdges[i], 100 * Reliability::kEdges[i + 1]);
    text += fmt::format("{:<12} {:>8} {:>9}  ", range, percent(bin.stated()), percent(bin.happened()));
    text += bar(bin.happened(), bin.stated(), kWidth);
    for (Resource r : kAllResources) {
      const LimitTally* t = tallies[index(r)];
      text += fmt::format(" {:>6}", t == nullptr || t->reliability.bins[i].forecasts == 0
                                        ? "-"
                                        : figure(100 * t->reliability.bins[i].happened(), 1));
    }
    text += fmt::format(" {:>11}\n", grouped(bin.forecasts));
  }
  return text;
}

std::string reliability_part(const AccuracyReport& report, const Limit& limit) {
  const ScoredTarget target = foremost(report);
  const ByResource tallies = tallies_of(report, target, limit);
  Reliability all;
  for (const LimitTally* t : tallies)
    if (t != nullptr) all.merge(t->reliability);
  if (all.events() == 0) return "";
  std::string text =
      fmt::format("\nCONFIDENCE that {} goes over {}\nhow often it did, by what was stated (│: as it should be)\n",
                  name_of(target, report.step),
                  limit.own ? fmt::format("the series' own {:g} % quantile of before", 100 * limit.at)
                            : fmt::format("{:g} % of the allocation", 100 * limit.at));
  text += fmt::format("{:<12} {:>8} {:>9}  {:<30} {:>6} {:>6} {:>6} {:>6} {:>11}\n", "stated", "in mean", "happened", "",
                      "cpu", "mem", "disk", "net", "forecasts");
  text += reliability_rows(tallies, all);
  text += fmt::format(
      "It happened in {} of the forecasts. Brier score {}, {} better than always stating that; mean gap {} points.\n",
      percent(static_cast<double>(all.events()) / static_cast<double>(all.forecasts()), 2), figure(all.brier(), 4),
      percent(all.brier_skill()), points(all.error()));
  return text;
}

std::string alarms_part(const AccuracyReport& report) {
  constexpr auto kRow = "{:<16} {:<9} {:>9} {:>7} {:>8} {:>10} {:>7} {:>6} {:>8} {:>8} {:>7} {:>6}\n";
  const ScoredTarget target = foremost(report);
  std::string text =
      fmt::format("\nALARMS: {} goes over the limit, while the VM is not over it yet; alarm: its q90 is over it\n",
                  name_of(target, report.step));
  text += fmt::format(kRow, "", "", "", "rank", "naive's", "", "", "", "naive's", "", "", "lead");
  text += fmt::format(kRow, "limit", "resource", "events", "AP", "AP", "precision", "recall", "F1", "F1", "onsets", "warned",
                      "median");
  bool any = false;
  std::vector<Limit> limits;
  for (const LimitTally& t : report.limits)
    if (std::find(limits.begin(), limits.end(), t.limit) == limits.end()) limits.push_back(t.limit);
  for (const Limit& limit : limits)
    for (const LimitTally* t : tallies_of(report, target, limit)) {
      if (t == nullptr || t->alarms.events == 0) continue;
      any = true;
      const AlarmTally& a = t->alarms;
      text += fmt::format(kRow, limit_name(limit), scored_name(t->resource), grouped(a.events),
                          figure(a.own.ranked.average_precision(), 3), figure(a.naive.ranked.average_precision(), 3),
                          figure(a.own.precision(kAlarmQ90), 3), figure(a.own.recall(kAlarmQ90, a.events), 3),
                          figure(a.own.f1(kAlarmQ90, a.events), 3), figure(a.naive.f1(kAlarmQ90, a.events), 3),
                          grouped(a.onsets), percent(a.warned(kAlarmQ90), 0),
                          figure(a.median_lead_steps(kAlarmQ90) * minutes(report.step), 0, "m"));
    }
  return any ? text : text + "  no limit was passed\n";
}

std::string worst_part(const AccuracyReport& report, const Fleet& fleet) {
  std::string text = "\nWORST BY LOSS: series forecast worse than by naive-RE, over all targets\n";
  Table by_loss({"VM", "RESOURCE", "LOSS", "FORECASTS"});
  for (const WorstByLoss& w : report.worst_by_loss)
    by_loss.add({series_id(fleet.vms[w.vm], w.resource), scored_name(w.resource), fmt::format("{:.3f}", w.loss_ratio),
                 grouped(w.forecasts)});
  text += by_loss.empty() ? "  none\n" : by_loss.text();
  text += "\nWORST BY CALIBRATION: series whose coverage is further off than chance can explain\n";
  Table by_calibration({"VM", "RESOURCE", "TARGET", "STATED", "WAS", "OFF BY", "FORECASTS"});
  for (const WorstByCalibration& w : report.worst_by_calibration) {
    const double stated = kScoredLevels[w.level];
    by_calibration.add({series_id(fleet.vms[w.vm], w.resource), scored_name(w.resource), name_of(w.target, report.step),
                        percent(stated, 0), percent(w.below > stated ? w.below : w.at_or_below), points(w.error),
                        grouped(w.forecasts)});
  }
  return text + (by_calibration.empty() ? "  none\n" : by_calibration.text());
}

std::string without_trailing_spaces(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '\n') out.erase(out.find_last_not_of(' ') + 1);
    out += c;
  }
  return out;
}

std::string heading(const AccuracyReport& report) {
  return fmt::format("{} VMs, {} to {} UTC; {} forecasts judged, made every {} from {} on\n",
                     grouped(static_cast<std::int64_t>(report.vms)), short_time(report.first), short_time(report.last),
                     grouped(report.forecasts), to_text(report.step * report.grid.stride), short_time(report.grid.start));
}

}  // namespace

std::string name_of(ScoredTarget target, Duration step) {
  return (target.peak ? "peak " : "") + to_text(step * target.steps);
}

std::string short_time(Instant at) {
  std::string text = to_rfc3339(at).substr(0, 16);
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

std::string accuracy_text(const AccuracyReport& report, const Fleet& fleet) {
  std::string text = heading(report) + '\n' + accuracy_part(report) + calibration_part(report);
  text += reliability_part(report, {true, 0.98});
  text += reliability_part(report, {false, 1.0});
  return without_trailing_spaces(text + alarms_part(report) + worst_part(report, fleet));
}

}  // namespace headroom::cli
