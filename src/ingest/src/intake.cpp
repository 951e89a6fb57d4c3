#include "intake.h"

#include <algorithm>
#include <utility>

#include "headroom/base/check.h"

namespace headroom::ingest {
namespace {

constexpr std::size_t kIdBytes = 16, kMarkBytes = kIdBytes + 16;
constexpr Duration kOldest = std::chrono::hours(24);       // no agent buffers more
constexpr Duration kSetBack = std::chrono::minutes(5);     // our own clock was wrong by that, if a sample is so far ahead of it

void put(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

std::uint64_t get(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes.substr(0, 8)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string mark_of(const AgentRun& run) {
  std::string mark = run.run_id;
  put(mark, run.received);
  put(mark, static_cast<std::uint64_t>(run.last_at.time_since_epoch().count()));
  return mark;
}

}  // namespace

Result<std::shared_ptr<AgentRun>> Intake::resume(const std::string& vm_uuid, const std::string& run_id) {
  HEADROOM_CHECK(run_id.size() == kIdBytes, "the wire lets no other length through");
  if (const auto known = runs_.find(vm_uuid); known != runs_.end()) {
    if (known->second->run_id == run_id) return known->second;
    // The mark of the former run must not come after the new one's.
    if (known->second->waits) {
      auto done = commit();
      if (!done) return tl::unexpected(done.error());
      owed_ = std::move(*done);
    }
  }
  auto mark = store_.mark(vm_uuid);
  if (!mark) return tl::unexpected(mark.error());
  auto run = std::make_shared<AgentRun>(AgentRun{vm_uuid, run_id, 0, 0, {}, false});
  if (mark->size() == kMarkBytes) {
    const std::string_view bytes = *mark;
    if (bytes.substr(0, kIdBytes) == run_id) run->received = run->durable = get(bytes.substr(kIdBytes));
    run->last_at = Instant(Duration(static_cast<std::int64_t>(get(bytes.substr(kIdBytes + 8)))));
  }
  runs_[vm_uuid] = run;
  return run;
}

Instant Intake::place(const AgentRun& run, Instant at, Instant now) {
  const Instant earliest = run.last_at > now + kSetBack ? now - kOldest : std::max(run.last_at + Duration(1), now - kOldest);
  return std::max(earliest, std::min(at, now));
}

bool Intake::take(const std::shared_ptr<AgentRun>& run, std::uint64_t sequence, const std::optional<Sample>& sample) {
  if (!std::exchange(run->waits, true)) touched_.push_back(run);
  if (sequence <= run->received) return false;
  run->received = sequence;
  if (!sample) return true;
  run->last_at = sample->at;
  waiting_.push_back({run, *sample});
  return true;
}

void Intake::leave(std::shared_ptr<AgentRun> run) {
  const auto known = runs_.find(run->vm_uuid);
  constexpr long kOurs = 2;   // here and in the table: no other connection goes on with it
  if (!run->waits && known != runs_.end() && known->second == run && run.use_count() == kOurs) runs_.erase(known);
}

Result<std::vector<std::shared_ptr<AgentRun>>> Intake::commit() {
  std::vector<HistorySample> samples;
  samples.reserve(waiting_.size());
  for (const Waiting& w : waiting_) samples.push_back({w.run->vm_uuid, w.sample});
  std::vector<std::string> values;
  std::vector<HistoryMark> marks;
  values.reserve(touched_.size());
  for (const auto& run : touched_) {
    if (run->received == run->durable) continue;
    values.push_back(mark_of(*run));
    marks.push_back({run->vm_uuid, values.back()});
  }
  if (!marks.empty()) {
    if (auto ok = store_.append(samples, marks); !ok) return tl::unexpected(ok.error());
    if (auto ok = store_.sync(); !ok) return tl::unexpected(ok.error());
  }
  waiting_.clear();
  for (const auto& run : touched_) {
    run->durable = run->received;
    run->waits = false;
  }
  auto done = std::exchange(touched_, {});
  done.insert(done.end(), owed_.begin(), owed_.end());
  owed_.clear();
  constexpr long kOurs = 2;   // here and in the table: its connection is over
  for (const auto& run : done)
    if (const auto known = runs_.find(run->vm_uuid); run.use_count() == kOurs && known != runs_.end() && known->second == run) runs_.erase(known);
  return done;
}

}  // namespace headroom::ingest
