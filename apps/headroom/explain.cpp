// A VM's story in sentences.
#include <fmt/format.h>

#include "headroom/base/instant.h"
#include "headroom/model/forecast.h"
#include "table.h"
#include "views.h"

namespace headroom::cli {
namespace {

using nlohmann::json;

// A VM's forecast as the manager told it, read back into bands.
class Outlooks {
 public:
  explicit Outlooks(const json& forecast) : forecast_(forecast) {
    if (!forecast.is_object()) return;
    for (const json& seconds : forecast.at("horizons_seconds")) horizons_.push_back(std::chrono::seconds(seconds.get<std::int64_t>()));
  }

  bool known() const {
    return forecast_.is_object() && forecast_.at("levels").size() == kLevelCount && horizons() > 0;
  }
  std::size_t horizons() const { return horizons_.size(); }
  std::string within(std::size_t h) const { return to_text(horizons_.at(h)); }
  Band peak(Resource r, std::size_t h) const {
    Band band;
    const json& row = forecast_.at("peak").at(std::string(name(r))).at(h);
    for (std::size_t i = 0; i < kLevelCount; ++i) band.at[i] = row.at(i).get<float>();
    return band;
  }
  std::size_t near() const { return horizon_index(horizons_, std::chrono::minutes(15)); }

 private:
  const json& forecast_;
  Horizons horizons_;
};

double limit_of(const json& vm, Resource r) { return vm.at("allocation").at(std::string(name(r))).get<double>(); }
// A disk or network that nobody has limited has an allocation of 0.
bool is_limited(const json& vm, Resource r) { return limit_of(vm, r) > 0; }

std::string what_it_has(const json& vm) {
  std::string text = fmt::format("{} runs on {}.\n", vm.at("name").get<std::string>(), vm.at("host").get<std::string>());
  for (Resource r : kAllResources)
    text += fmt::format("  {:<8} it has {} and uses {}\n", name(r), is_limited(vm, r) ? amount(vm.at("allocation"), r) : "no limit", amount(vm.at("used"), r));
  return text;
}

std::string what_is_forecast(const json& vm, const Outlooks& outlooks) {
  const std::string state = vm.at("state");
  if (!outlooks.known() || state == "none") return "Nothing is forecast yet: no sample has come.\n";
  std::string text = state == "learning" ? "The forecast is still learning (under a day of samples), so nothing is taken away from it.\n" : "";
  const std::size_t near = outlooks.near(), far = outlooks.horizons() - 1;
  text += "What is forecast, with 95 % confidence:\n";
  for (Resource r : kAllResources) {
    const Band soon = outlooks.peak(r, near);
    text += fmt::format("  {:<8} it stays under {} within {}", name(r), to_text(r, soon.quantile(0.95)), outlooks.within(near));
    if (far != near) text += fmt::format(", under {} within {}", to_text(r, outlooks.peak(r, far).quantile(0.95)), outlooks.within(far));
    if (is_limited(vm, r))
      text += fmt::format("; the chance that it passes its limit is {} within {}", percent(soon.exceedance(limit_of(vm, r))), outlooks.within(near));
    text += "\n";
  }
  return text;
}

// An older manager says nothing of it.
std::string where_the_last_value_speaks(const json& vm) {
  std::string text;
  const json& forecast = vm.at("forecast");
  if (!forecast.is_object() || !forecast.contains("last_value")) return text;
  for (Resource r : kAllResources)
    for (const json& one : forecast.at("last_value").at(std::string(name(r))))
      text += fmt::format("  {:<8} {} {}: last value: the model lost {:.0f} % more here of late\n", name(r),
                          one.at("target") == "peak" ? "peak within" : "value in",
                          to_text(std::chrono::seconds(one.at("horizon_seconds").get<std::int64_t>())),
                          100 * one.at("model_lost_more").get<double>());
  return text.empty() ? text : "Not said by the model:\n" + text;
}

std::string why_it_changed(const json& vm) {
  const json& actions = vm.at("actions");
  if (actions.empty()) return "It has not been changed in this run.\n";
  const json& last = actions.at(0);
  const std::string message = last.at("message");
  const std::string_view changed = last.at("state") == "done" ? "was last changed" : "was last to be changed";
  return fmt::format("It {} at {}: {}, because {} ({}{}).\n", changed, moment(last.at("at")), last.at("text").get<std::string>(),
                     last.at("reason").get<std::string>(), last.at("state").get<std::string>(), message.empty() ? "" : ", " + message);
}

std::string what_was_denied(const json& vm) {
  const json& denied = vm.at("denied");
  if (denied.empty()) return "Nothing it wanted was denied.\n";
  std::string text = "Denied:\n";
  constexpr std::size_t kTold = 5;
  for (std::size_t i = 0; i < std::min(kTold, denied.size()); ++i) {
    const json& d = denied.at(i);
    const auto times = d.at("times").get<std::size_t>();
    text += fmt::format("  at {}{}: {}; not done because {}\n", moment(d.at("at")),
                        times > 1 ? fmt::format(" ({} times since {})", times, moment(d.at("since"))) : "",
                        d.at("wanted").get<std::string>(), d.at("why").get<std::string>());
  }
  return text;
}

// The resource and horizon at which its limit is most likely passed.
std::string where_the_risk_is(const json& vm, const Outlooks& outlooks) {
  double worst = -1;
  std::string text;
  for (Resource r : kAllResources)
    for (std::size_t h = 0; is_limited(vm, r) && h < outlooks.horizons(); ++h) {
      const double chance = outlooks.peak(r, h).exceedance(limit_of(vm, r));
      if (chance <= worst) continue;
      worst = chance;
      text = fmt::format("  Nearest to a change is {}: the chance that it passes {} within {} is {}.\n", name(r),
                         to_text(r, limit_of(vm, r)), outlooks.within(h), percent(chance));
    }
  return text;
}

std::string what_would_change_it(const json& vm, const json& status, const Outlooks& outlooks) {
  if (status.at("state") == "paused") return "Headroom is paused: it plans, and changes nothing until `headroom resume`.\n";
  if (status.at("state") == "finished") return "The replay is over, so nothing changes it any more.\n";
  if (!vm.at("owner").get<std::string>().empty())
    return fmt::format("It belongs to {}, so Headroom only recommends.\n", vm.at("owner").get<std::string>());
  if (vm.at("level") != "auto")
    return fmt::format("Its automation level is {}, so Headroom does not act on it.\n", vm.at("level").get<std::string>());
  std::string text = "What would change it:\n";
  if (vm.at("in_flight") == true) text += "  An action on it is under way; nothing else begins before that is over.\n";
  if (status.at("policy") == "headroom")
    text += "  More, when what an overload would likely cost passes the price of more; less, when what could be saved passes\n"
            "  the risk and the trouble of a change; another host, when its own is likely to be overloaded or can be emptied.\n";
  else
    text += fmt::format("  The rules of the policy {}.\n", status.at("policy").get<std::string>());
  if (outlooks.known()) text += where_the_risk_is(vm, outlooks);
  const std::string why = vm.at("mobility_reason");
  text += fmt::format("  Moving it: {}{}. Sizing it:", vm.at("mobility").get<std::string>(), why.empty() ? "" : " (" + why + ")");
  for (Resource r : kAllResources)
    text += fmt::format("{} {} {}", r == Resource::kCpu ? "" : ",", name(r), vm.at("scaling").at(std::string(name(r))).get<std::string>());
  return text + ".\n";
}

}  // namespace

std::string explanation(const json& vm, const json& status) {
  const Outlooks outlooks(vm.at("forecast"));
  std::string text = what_it_has(vm) + "\n" + what_is_forecast(vm, outlooks) + where_the_last_value_speaks(vm) + "\n" + why_it_changed(vm) + what_was_denied(vm) + "\n" +
                     what_would_change_it(vm, status, outlooks);
  std::string safe;
  for (std::size_t at = 0; at < text.size();) {  // line by line, since harmless() takes newlines out too
    const std::size_t end = text.find('\n', at);
    safe += harmless(text.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  return safe;
}

}  // namespace headroom::cli
