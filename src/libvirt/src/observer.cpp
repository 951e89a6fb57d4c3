#include "headroom/libvirt/observer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "session.h"
#include "worker.h"

namespace headroom::libvirt {
namespace {

using std::chrono::milliseconds;
using Answer = Result<HostReading>;

struct HostLine {
  std::string uri;
  std::shared_ptr<Session> session;
  std::unique_ptr<Worker> worker = std::make_unique<Worker>();
  std::shared_ptr<const HostReading> last;
  Changed changed;                     // since it was asked last
  std::optional<Instant> asked_at;     // of the call that is under way
  std::optional<Instant> retry_at;     // not to be asked before
  Duration pause{};
  std::string trouble;                 // why there is nothing of it
  std::optional<Instant> first_asked;
  bool off = false;                    // on purpose
};

}  // namespace

struct Observer::Inside {
  ObserverOptions options;
  std::shared_ptr<const Clock> clock;
  std::shared_ptr<EventQueue> events;
  std::shared_ptr<Mailbox<Answer>> mailbox;
  std::vector<std::unique_ptr<HostLine>> lines;
  Census census;

  void note(const EventQueue::Drained& drained);
  void ask(std::size_t which, Instant now);
  HostLine* line_of(const std::string& uri);
  std::string name_of(const std::string& uri) const;
  std::shared_ptr<Session> session(std::size_t which) const;
  bool hear(HostLine& line, std::unique_ptr<Answer> answer, Instant now);
};

Observer::Observer(std::vector<std::string> uris, ObserverOptions options, std::shared_ptr<const Clock> clock, IdBook& ids)
    : inside_(new Inside{options, clock, std::make_shared<EventQueue>(options.most_events),
                         std::make_shared<Mailbox<Answer>>(uris.size()), {}, Census(options.site, options.rates, ids, options.guests)}) {
  for (std::size_t i = 0; i < uris.size(); ++i) {
    inside_->lines.push_back(std::make_unique<HostLine>());
    inside_->lines.back()->uri = uris[i];
    inside_->lines.back()->session = inside_->session(i);
  }
}

std::shared_ptr<Session> Observer::Inside::session(std::size_t which) const {
  const SessionOptions of_session{.keep_alive = {options.keep_alive_every, options.keep_alive_probes}};
  return std::make_shared<Session>(lines[which]->uri, which, of_session, events, clock);
}

Observer::~Observer() = default;

// XML that an event says has changed is read again. Of a lost event nobody knows whose it was.
void Observer::Inside::note(const EventQueue::Drained& drained) {
  for (const Event& e : drained.events)
    if (!e.vm.empty() && e.kind != EventKind::kMigrationIteration) lines[e.host]->changed.vms.insert(e.vm);
  if (drained.dropped > 0)
    for (auto& line : lines) line->changed.all = true;
}

void Observer::Inside::ask(std::size_t which, Instant now) {
  HostLine& line = *lines[which];
  if (line.worker->busy() || (line.retry_at && now < *line.retry_at)) return;
  // Of one that has not been well nobody waits for the answer: it counts in the next round.
  if (line.trouble.empty()) mailbox->expect(which);
  line.asked_at = now;
  line.first_asked = line.first_asked.value_or(now);
  line.worker->begin([which, session = line.session, box = mailbox, changed = std::exchange(line.changed, {})] {
    const auto answer = std::make_shared<Answer>(session->read(changed));
    return [which, box, answer] { box->put(which, std::move(*answer)); };
  });
}

// True when it answered since it was heard last.
bool Observer::Inside::hear(HostLine& line, std::unique_ptr<Answer> answer, Instant now) {
  if (!answer) {
    if (line.asked_at && (line.trouble.empty() || now - *line.asked_at >= options.deadline))
      line.trouble = fmt::format("{}: no answer within {}; asked at {}, and not asked again before that call comes back", line.uri,
                                 to_text(options.deadline), to_rfc3339(*line.asked_at));
    return false;
  }
  line.asked_at.reset();
  if (*answer) {
    line.last = std::make_shared<const HostReading>(std::move(**answer));
    line.retry_at.reset();
    line.pause = Duration{};
    line.trouble.clear();
    line.off = false;
    return true;
  }
  if (line.off) line.pause = options.longest_pause;
  line.pause = std::clamp(line.pause * 2, options.first_pause, std::max(options.first_pause, options.longest_pause));
  line.retry_at = now + line.pause;
  line.changed.all = true;
  line.trouble = fmt::format("{}; tried again from {} on", answer->error().message, to_rfc3339(*line.retry_at));
  return false;
}

Round Observer::observe() {
  Inside& in = *inside_;
  const Instant now = in.clock->now();
  auto drained = in.events->drain();
  in.note(drained);
  auto late = in.mailbox->take(milliseconds(0));
  in.mailbox->begin_round();
  std::vector<bool> came_late;
  for (std::size_t i = 0; i < in.lines.size(); ++i) {
    came_late.push_back(late[i] && in.hear(*in.lines[i], std::move(late[i]), now));
    in.ask(i, now);
  }
  auto answers = in.mailbox->take(in.options.deadline);
  Round round;
  std::vector<HostView> views;
  std::vector<std::string> troubles;
  for (std::size_t i = 0; i < in.lines.size(); ++i) {
    HostLine& line = *in.lines[i];
    const bool fresh = in.hear(line, std::move(answers[i]), now) || came_late[i];
    round.answered += fresh ? 1 : 0;
    if (!line.trouble.empty() && !line.off) troubles.push_back(line.trouble);
    views.push_back({line.uri, line.last, fresh});
  }
  round.seen = in.census.take(views);
  round.seen.troubles.insert(round.seen.troubles.begin(), troubles.begin(), troubles.end());
  for (const auto& line : in.lines)
    if (!line->last && line->first_asked) round.seen.inventory.unheard.push_back({in.name_of(line->uri), *line->first_asked, line->trouble});
  round.events = std::move(drained.events);
  round.events_lost = drained.dropped;
  return round;
}

HostLine* Observer::Inside::line_of(const std::string& uri) {
  const auto found = std::find_if(lines.begin(), lines.end(), [&](const auto& line) { return line->uri == uri; });
  return found == lines.end() ? nullptr : found->get();
}

// How it calls itself nobody has heard.
std::string Observer::Inside::name_of(const std::string& uri) const {
  const auto site = options.site.hosts.find(uri);
  return site == options.site.hosts.end() || site->second.name.empty() ? uri : site->second.name;
}

void Observer::rest(const std::string& uri, std::shared_ptr<const HostReading> last, bool off) {
  HostLine* line = inside_->line_of(uri);
  if (line == nullptr) return;
  if (last && !line->last) line->last = std::move(last);
  line->off = off;
  if (off) line->retry_at = inside_->clock->now() + inside_->options.longest_pause;
}

void Observer::wake(const std::string& uri) {
  HostLine* line = inside_->line_of(uri);
  if (line == nullptr) return;
  line->off = false;
  line->retry_at.reset();
  line->pause = Duration{};
  if (!line->worker->busy()) return;
  // A call to a machine that was off may hang for minutes: it ends by itself, and another one asks.
  const auto which = static_cast<std::size_t>(
      std::find_if(inside_->lines.begin(), inside_->lines.end(), [&](const auto& l) { return l.get() == line; }) - inside_->lines.begin());
  line->session = inside_->session(which);
  line->worker = std::make_unique<Worker>();
  line->asked_at.reset();
}

void Observer::changed(const std::string& vm) {
  for (auto& line : inside_->lines) line->changed.vms.insert(vm);
}

std::size_t Observer::hanging() const {
  return static_cast<std::size_t>(
      std::count_if(inside_->lines.begin(), inside_->lines.end(), [](const auto& line) { return line->worker->busy(); }));
}

}  // namespace headroom::libvirt
