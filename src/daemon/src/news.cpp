#include "headroom/daemon/news.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <utility>

#include "headroom/daemon/action_log.h"
#include "words.h"

namespace headroom {
namespace {

// Words that begin with a digit go: "1.25", "5m", "2023-11-14T22:13:21Z". Those that name something stay: "web-1", "10.77.0.12".
std::string without_numbers(const std::string& text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" (;,", i), text.size());
    const std::string_view word(text.data() + i, end - i);
    const bool number = !word.empty() && std::isdigit(static_cast<unsigned char>(word.front())) != 0;
    if (!number || std::count(word.begin(), word.end(), '.') >= 3) plain += word;
    if (end < text.size()) plain += text[end];
    i = end + 1;
  }
  return plain;
}

// "web-1", or the host that is started or stopped.
std::string subject(const Snapshot& s, const Action& a) { return a.vm.valid() ? vm_name(s, a.vm) : host_name(s, a.from); }

std::string what(const Snapshot& s, const Action& a) {
  return action_text(a, host_name(s, a.from), host_name(s, a.to.valid() ? a.to : a.from));
}

std::string seconds(Duration d) { return fmt::format("{:.1f} s", static_cast<double>(d.count()) / 1000); }

}  // namespace

bool News::is_new(const std::string& text, Instant now) {
  const auto [entry, fresh] = told_.try_emplace(without_numbers(text), now);
  return now - std::exchange(entry->second, now) > kForgotten || fresh;
}

void News::forget(Instant now) {
  std::erase_if(told_, [&](const auto& entry) { return now - entry.second > kForgotten; });
}

void News::tell(const Snapshot& s, const Verdict& v, std::vector<std::string>& lines) {
  const std::string who = subject(s, v.action), deed = what(s, v.action);
  const std::string why = v.undo ? "memory ran short after it was taken away" : to_text(v.action.reason);
  const auto once = [&](std::string line) {
    if (is_new(line, s.taken_at)) lines.push_back(std::move(line));
  };
  switch (v.decision) {
    case Decision::kStarted:
      lines.push_back(fmt::format("{}: begun: {} ({}){}", who, deed, why, v.why.empty() ? "" : "; " + v.why));
      return;
    case Decision::kWaiting: return once(fmt::format("{}: planned: {} ({}); {}", who, deed, why, v.why));
    case Decision::kRecommended: return once(fmt::format("{}: recommended: {} ({}); {}", who, deed, why, v.why));
    case Decision::kRefused: return once(fmt::format("{}: not done: {} ({}); {}", who, deed, why, v.why));
  }
}

void News::tell(const Snapshot& s, const Ended& e, std::vector<std::string>& lines) {
  std::string line = fmt::format("{}: {}: {}", subject(s, e.action), e.outcome == ActionPhase::kDone ? "done" : name(e.outcome), what(s, e.action));
  line += fmt::format(", in {}", seconds(e.took.value_or(e.ended_at - e.started_at)));
  if (e.downtime) line += fmt::format(", of which it was still for {}", seconds(*e.downtime));
  if (!e.message.empty()) line += ": " + e.message;
  lines.push_back(std::move(line));
}

std::vector<std::string> News::note(const Snapshot& s, const Round& round) {
  std::vector<std::string> lines = note_troubles(round.troubles, round.alarm.value_or(""), s.taken_at);
  for (const Verdict& v : round.since) tell(s, v, lines);
  for (const Ended& e : round.ended) tell(s, e, lines);
  for (const Verdict& v : round.verdicts) tell(s, v, lines);
  const auto once = [&](std::string line) {
    if (is_new(line, s.taken_at)) lines.push_back(std::move(line));
  };
  for (const std::string& breach : round.breaches) once("the plan breaks a rule, so none of it is carried out: " + breach);
  for (const Denied& d : round.plan.denied)
    once(fmt::format("{}: there is no way to help it: {}; {}", d.vm.valid() ? vm_name(s, d.vm) : host_name(s, d.host), to_text(d.reason), d.why));
  for (const Alert& a : round.plan.alerts)
    once(fmt::format("{}: alert: {}", a.vm.valid() ? vm_name(s, a.vm) : host_name(s, a.host), to_text(a.reason)));
  forget(s.taken_at);
  return lines;
}

std::vector<std::string> News::note_taken_up(const Snapshot& s) const {
  std::vector<std::string> lines;
  for (const InFlight& f : s.in_flight)
    lines.push_back(fmt::format("{}: taken up: {}, begun at {} by an earlier run", subject(s, f.action), what(s, f.action), to_rfc3339(f.started_at)));
  return lines;
}

std::vector<std::string> News::note_troubles(const std::vector<std::string>& troubles, const std::string& alarm, Instant now) {
  std::vector<std::string> lines;
  if (alarm != alarm_) lines.push_back(alarm.empty() ? "the alarm is over" : "ALARM, nothing is begun any more: " + alarm);
  alarm_ = alarm;
  std::map<std::string, std::string> wrong;
  for (const std::string& text : troubles) {
    const std::string key = without_numbers(text);
    if (!wrong.emplace(key, text).second || wrong_.contains(key)) continue;
    if (is_new(text, now)) lines.push_back(text);
  }
  for (const auto& [key, text] : wrong_)
    if (!wrong.contains(key)) {
      lines.push_back("over: " + text);
      told_.erase(key);
    }
  for (const auto& [key, text] : wrong) told_[key] = now;
  wrong_ = std::move(wrong);
  return lines;
}

}  // namespace headroom
