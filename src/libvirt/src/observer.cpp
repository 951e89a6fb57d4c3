#include "headroom/libvirt/observer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "session.h"
#include "worker.h"

namespace headroom::libvirt {
namespace {

using Answer = Result<HostReading>;

struct HostLine {
  std::string uri;
  std::shared_ptr<Session> session;
  Worker worker;
  std::shared_ptr<const HostReading> last;
  Changed changed;                     // since it was asked last
  std::optional<Instant> asked_at;     // of the call that is under way
  std::optional<Instant> retry_at;     // not to be asked before
  Duration pause{};
  std::string trouble;                 // why there is nothing of it
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
  bool hear(HostLine& line, std::unique_ptr<Answer> answer, Instant now);
};

Observer::Observer(std::vector<std::string> uris, ObserverOptions options, std::shared_ptr<const Clock> clock, IdBook& ids)
    : inside_(new Inside{options, clock, std::make_shared<EventQueue>(options.most_events),
                         std::make_shared<Mailbox<Answer>>(uris.size()), {}, Census(options.site, options.rates, ids)}) {
  const SessionOptions session{.keep_alive = {options.keep_alive_every, options.keep_alive_probes}};
  for (std::size_t i = 0; i < uris.size(); ++i) {
    auto line = std::make_unique<HostLine>();
    line->uri = uris[i];
    line->session = std::make_shared<Session>(uris[i], i, session, inside_->events, clock);
    inside_->lines.push_back(std::move(line));
  }
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
  if (line.worker.busy() || (line.retry_at && now < *line.retry_at)) return;
  mailbox->expect(which);
  line.asked_at = now;
  line.worker.begin([which, session = line.session, box = mailbox, changed = std::exchange(line.changed, {})] {
    const auto answer = std::make_shared<Answer>(session->read(changed));
    return [which, box, answer] { box->put(which, std::move(*answer)); };
  });
}

// True when it answered since it was heard last.
bool Observer::Inside::hear(HostLine& line, std::unique_ptr<Answer> answer, Instant now) {
  if (!answer) {
    if (line.asked_at)
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
    return true;
  }
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
  in.mailbox->begin_round();
  for (std::size_t i = 0; i < in.lines.size(); ++i) in.ask(i, now);
  auto answers = in.mailbox->take(in.options.deadline);
  Round round;
  std::vector<HostView> views;
  std::vector<std::string> troubles;
  for (std::size_t i = 0; i < in.lines.size(); ++i) {
    HostLine& line = *in.lines[i];
    const bool fresh = in.hear(line, std::move(answers[i]), now);
    round.answered += fresh ? 1 : 0;
    if (!line.trouble.empty()) troubles.push_back(line.trouble);
    views.push_back({line.uri, line.last, fresh});
  }
  round.seen = in.census.take(views);
  round.seen.troubles.insert(round.seen.troubles.begin(), troubles.begin(), troubles.end());
  round.events = std::move(drained.events);
  round.events_lost = drained.dropped;
  return round;
}

void Observer::changed(const std::string& vm) {
  for (auto& line : inside_->lines) line->changed.vms.insert(vm);
}

std::size_t Observer::hanging() const {
  return static_cast<std::size_t>(
      std::count_if(inside_->lines.begin(), inside_->lines.end(), [](const auto& line) { return line->worker.busy(); }));
}

}  // namespace headroom::libvirt
