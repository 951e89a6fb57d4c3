#include "ticker.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "headroom/base/one_line.h"
#include "traces.h"

namespace headroom::cli {
namespace {

std::string overloads(const State& state) {
  std::string text;
  for (auto r = state.score.rbegin(); r != state.score.rend(); ++r)  // the shown policy first: a narrow terminal cuts the rest
    text += fmt::format("{}{} {:.0f}", text.empty() ? "" : ", ", r->policy, r->overload_vm_minutes);
  return text;
}

}  // namespace

void Ticker::tell(const State& s) {
  log_trouble(s);
  log_training(s);
  log_models(s);
  const std::string now = to_rfc3339(s.snapshot.taken_at).substr(0, 16);
  if (isatty(STDERR_FILENO)) {
    show_progress(fmt::format("{}  overloaded VM-minutes: {}", now.substr(0, 13) + "h", overloads(s)),
                  static_cast<double>(s.round) / static_cast<double>(s.run->rounds.value_or(1)));
  } else if (now.substr(0, 10) != day_) {
    if (!day_.empty()) fmt::print(stderr, "{}  overloaded VM-minutes so far: {}\n", day_, overloads(s));
    day_ = now.substr(0, 10);
  }
}

void Ticker::log_trouble(const State& s) {
  if (s.message == trouble_) return;
  trouble_ = s.message;
  if (!trouble_.empty()) log(s, trouble_);
}

void Ticker::log_training(const State& s) {
  if (!s.trainer || !s.trainer->last || s.trainer->last->at == trained_) return;
  trained_ = s.trainer->last->at;
  log(s, s.trainer->last->text);
}

void Ticker::log_models(const State& s) {
  if (s.succession && s.succession->changed != succeeded_) {
    succeeded_ = s.succession->changed;
    log(s, s.succession->text);
  }
  if (!s.drift || s.drift->raised == drifted_) return;
  drifted_ = s.drift->raised;
  log(s, s.drift->text);
}

void Ticker::log(const State& s, const std::string& text) {
  end_progress();
  fmt::print(stderr, "headroomd: {}: {}\n", to_rfc3339(s.snapshot.taken_at), harmless(text));
}

void LiveTicker::tell(const State& s) {
  for (const std::string& line : s.news) log(s, line);
  log_training(s);
  log_models(s);
}

}  // namespace headroom::cli
