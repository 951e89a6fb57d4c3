#include "agent_loop.h"

#include <malloc.h>
#include <openssl/rand.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "files.h"

namespace headroom::agent {
namespace {

using namespace wire::v1;

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kAnswerNs = 15 * kSecondNs;         // for a connection, its handshake and its welcome together
constexpr std::int64_t kProcessesNs = 30 * kSecondNs;
constexpr std::int64_t kUnderPressureNs = 2 * kSecondNs;   // between samples, until it is known whether the pressure stays
constexpr std::int64_t kSayAgainNs = 3600 * kSecondNs;
constexpr std::chrono::milliseconds kFirstWait{500}, kMostWait{60'000}, kRefusedWait{15'000};
constexpr Duration kRenewAgain{60'000};
constexpr std::size_t kMostUnsentBytes = 16 << 10;

std::int64_t ns(std::chrono::milliseconds ms) { return std::chrono::nanoseconds(ms).count(); }

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count));
  return bytes;
}

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&seed), sizeof seed);
  return seed;
}

// "0f6c...-...": the kernel's, as 16 bytes; random where it does not tell, which makes each run a boot of its own.
std::string read_boot_id(const Roots& roots) {
  const auto text = read_file(roots.proc + "/sys/kernel/random/boot_id");
  std::string bytes;
  int digits = 0, value = 0;
  for (const char c : text ? *text : std::string()) {
    const auto digit = std::string_view("0123456789abcdef").find(c);
    if (digit == std::string_view::npos) continue;
    value = value * 16 + static_cast<int>(digit);
    if (++digits % 2 == 0) bytes += static_cast<char>(std::exchange(value, 0));
  }
  return bytes.size() == wire::kIdBytes ? bytes : random_bytes(wire::kIdBytes);
}

// Half of what is left of a certificate.
Instant half_way(Instant now, Instant ends) { return now + std::max(Duration{}, (ends - now) / 2); }

}  // namespace

AgentLoop::AgentLoop(const Settings& settings, const World& world, Endpoint manager, Identity identity, TlsContext context, Ledger ledger)
    : settings_(settings), world_(world), manager_(std::move(manager)), roots_{settings.proc, settings.sys},
      may_{settings.change_vcpus, settings.change_memory, settings.trim, settings.process_names}, identity_(std::move(identity)),
      context_(std::move(context)), ledger_(std::move(ledger)), levers_(roots_), hooks_(settings.hooks, settings.hook_limit),
      executor_(ledger_, levers_, hooks_, may_), reader_(roots_), processes_(roots_), reports_(settings.kept_reports),
      backoff_(kFirstWait, kMostWait, random_seed()), boot_id_(read_boot_id(roots_)) {
  begin_run();
  renew_at_ = half_way(world_.wall.now(), identity_.ends());
  sample_at_ = connect_at_ = now();
}

void AgentLoop::begin_run() { run_id_ = random_bytes(wire::kIdBytes); }

Result<void> AgentLoop::run() {
  tick();
  while (wait()) tick();
  if (welcomed_) {
    outgoing_.mutable_goodbye()->set_code(Goodbye::STOPPING);
    link_.send(outgoing_);
    (void)link_.flush();
  }
  link_.close();
  return {};
}

bool AgentLoop::wait() {
  std::int64_t next = std::min({sample_at_, give_up_at_, executor_.next_ns(), link_.state() == Link::State::kClosed ? connect_at_ : INT64_MAX});
  const std::int64_t ms = std::clamp<std::int64_t>((next - now() + 999'999) / 1'000'000, 0, 3'600'000);
  const auto hooks = executor_.fds();
  std::array<pollfd, 4> all{{{world_.stop_fd, POLLIN, 0}, {link_.fd(), link_.wants(), 0}, {hooks[0], POLLIN, 0}, {hooks[1], POLLIN, 0}}};
  if (poll(all.data(), all.size(), static_cast<int>(ms)) <= 0) return true;
  if (all[0].revents != 0) return false;
  if (all[1].revents != 0) hear();
  return true;
}

void AgentLoop::tick() {
  if (now() >= sample_at_) sample();
  if (link_.state() == Link::State::kClosed && now() >= connect_at_) connect();
  if (now() >= give_up_at_) lost(manager_.text + " did not answer within " + std::to_string(kAnswerNs / kSecondNs) + " s");
  executor_.advance(executor_.busy() ? measured_now() : sample_.values, now());
  if (const auto told = executor_.sampling()) set_sampling(told->interval_ms(), told->process_names());
  for (const DirectiveResult& result : executor_.results()) {
    if (welcomed_) send(result);
  }
  pump();
}

void AgentLoop::sample() {
  Counters& fresh = counters_[1 - newest_];
  reader_.read(now(), fresh);
  sample_ = between(read_before_ ? &counters_[newest_] : nullptr, fresh);
  sample_.wall_ns = std::chrono::nanoseconds(world_.wall.now().time_since_epoch()).count();
  newest_ = 1 - newest_;
  read_before_ = true;
  if (process_names_ && now() >= processes_at_) {
    sample_.processes = processes_.look(now());
    processes_at_ = now() + kProcessesNs;
  }
  reports_.add(sample_);
  const bool was = limit_.stretching();
  limit_.sampled(std::chrono::nanoseconds(std::clock() * (kSecondNs / CLOCKS_PER_SEC)), std::chrono::nanoseconds(now()));
  if (limit_.stretching() && !was) tell("the agent takes more CPU than it may; it samples less often");
  // After a standstill (a migration, a resume) what was missed is not made up for.
  sample_at_ = std::max(sample_at_ + ns(limit_.stretched(interval_)), now() + ns(interval_) / 2);
  const auto demand = demands_.look(sample_);
  if (demands_.waits(sample_.boottime_ns) && !limit_.stretching()) sample_at_ = std::min(sample_at_, now() + kUnderPressureNs);
  if (demand && welcomed_) {
    *outgoing_.mutable_demand() = *demand;
    link_.send(outgoing_);
  }
  say_abilities_if_changed();
  renew_if_due();
}

// For a directive: a sample may be a minute old. What is not a rate is read anew; rates are of the time since the sample, where that is long enough
// for them to say anything, and the sample's own otherwise.
Values AgentLoop::measured_now() {
  Counters fresh;
  reader_.read(now(), fresh);
  const Sample since = between(&counters_[newest_], fresh);
  if (since.span_ms >= wire::kIntervalMinMs) return since.values;
  Values values = sample_.values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (fresh.gauges[i] != kUnknown) values[i] = fresh.gauges[i];
  }
  return values;
}

void AgentLoop::connect() {
  give_up_at_ = now() + kAnswerNs;
  const auto judge = [this](SSL& stream) { return check_manager(stream, identity_.ca()); };
  if (auto opened = link_.open(manager_, context_.get(), judge); !opened) return lost(opened.error().message);
  if (link_.state() == Link::State::kOpen) say_hello();
}

void AgentLoop::lost(const std::string& why) {
  tell(why);
  link_.close();
  welcomed_ = false;
  give_up_at_ = INT64_MAX;
  reports_.rewind();
  connect_at_ = now() + ns(backoff_.next());
}

void AgentLoop::hear() {
  const bool was_open = link_.state() == Link::State::kOpen;
  if (auto ok = link_.advance(); !ok) return lost(ok.error().message);
  if (!was_open && link_.state() == Link::State::kOpen) say_hello();
  while (const auto payload = link_.next()) {
    const auto message = wire::decode_to_agent(*payload);
    if (!message) return lost("the manager sent " + message.error().message);
    take(*message);
    if (link_.state() != Link::State::kOpen) return;
  }
}

void AgentLoop::say_hello() {
  Hello& hello = *outgoing_.mutable_hello();
  hello.set_version_min(wire::kVersionMin);
  hello.set_version_max(wire::kVersionMax);
  hello.set_agent_version(HEADROOM_VERSION);
  hello.set_boot_id(boot_id_);
  hello.set_run_id(run_id_);
  hello.set_boottime_ns(static_cast<std::uint64_t>(now()));
  hello.set_wall_ns(std::chrono::nanoseconds(world_.wall.now().time_since_epoch()).count());
  told_abilities_ = abilities();
  hello.mutable_features()->Assign(told_abilities_.begin(), told_abilities_.end());
  hello.set_vcpus_possible(static_cast<std::uint32_t>(levers_.possible_vcpus()));
  hello.set_memory_block_kib(levers_.memory_block_kib());
  hello.set_highest_epoch(ledger_.epoch());
  link_.send(outgoing_);
  if (auto ok = link_.flush(); !ok) lost(ok.error().message);
}

// Hooks come and go while the connection stays.
void AgentLoop::say_abilities_if_changed() {
  if (!welcomed_) return;
  auto now_has = abilities();
  if (now_has == told_abilities_) return;
  told_abilities_ = std::move(now_has);
  outgoing_.mutable_abilities()->mutable_features()->Assign(told_abilities_.begin(), told_abilities_.end());
  link_.send(outgoing_);
}

std::vector<int> AgentLoop::abilities() const {
  std::vector<int> all;
  const auto can = [&all](bool really, Feature feature) {
    if (really) all.push_back(feature);
  };
  can(may_.vcpus && levers_.may_switch_vcpus(), FEATURE_VCPU_ONLINE);
  can(may_.memory && levers_.memory_block_kib() > 0, FEATURE_MEMORY_ONLINE);
  can(may_.trim && levers_.may_trim(), FEATURE_TRIM);
  can(hooks_.any(), FEATURE_HOOKS);
  can(may_.process_names, FEATURE_PROCESS_NAMES);
  return all;
}

void AgentLoop::take(const ToAgent& message) {
  switch (message.body_case()) {
    case ToAgent::kWelcome: return take(message.welcome());
    case ToAgent::kGoodbye: return take(message.goodbye());
    case ToAgent::BODY_NOT_SET: return;  // of a newer manager
    case ToAgent::kJoined: return lost("the manager answers a join that nobody asked for");
    default: break;
  }
  if (!welcomed_) return lost("the manager directs before it welcomes");
  if (message.has_ack()) acknowledged(message.ack().through_sequence());
  if (message.has_directive()) executor_.take(message.directive(), now());
  if (message.has_renewed()) renewed(message.renewed());
  if (message.has_result_ack()) {
    if (auto kept = ledger_.acknowledged(message.result_ack().id()); !kept) tell(kept.error().message);
  }
}

void AgentLoop::take(const Welcome& welcome) {
  if (welcome.version() < wire::kVersionMin || welcome.version() > wire::kVersionMax) return lost("the manager speaks another version of the wire");
  if (welcome.durable_sequence() > reports_.last_sequence()) {
    tell("this VM was put back to an earlier state; reports begin anew");
    begin_run();
    reports_.begin_new_run();
    return lost("a new run begins");
  }
  tell("connected with " + manager_.text);
  welcomed_ = true;
  give_up_at_ = INT64_MAX;
  backoff_.reset();
  malloc_trim(0);  // a start and a handshake leave holes in the heap, a tenth of a MiB that the guest may have back
  acknowledged(welcome.durable_sequence());
  set_sampling(welcome.interval_ms(), welcome.process_names());
  ledger_.for_each_unacknowledged([this](const DirectiveResult& result) {
    DirectiveResult again = result;
    again.set_again(true);
    send(again);
  });
}

void AgentLoop::take(const Goodbye& goodbye) {
  if (goodbye.code() != Goodbye::STOPPING) backoff_.at_least(kRefusedWait);
  lost("the manager says goodbye: " + (goodbye.text().empty() ? "reason " + std::to_string(goodbye.code()) : wire::printable(goodbye.text())));
}

void AgentLoop::acknowledged(std::uint64_t through_sequence) {
  if (!settings_.tell_reports) return reports_.acknowledge(through_sequence);
  reports_.acknowledge(through_sequence, [this](const Report& report) {
    const auto value = [&report](Metric metric, const char* unit) {
      const std::int64_t v = report.mean(metric);
      return v == kUnknown ? std::string("unknown") : std::to_string(v) + unit;
    };
    world_.say("the manager has report " + std::to_string(report.sequence()) + ": CPU " + value(METRIC_CPU_MCORES, " mcores") + ", memory available " +
               value(METRIC_MEMORY_AVAILABLE_KIB, " KiB"));
  });
}

void AgentLoop::set_sampling(std::uint32_t interval_ms, bool process_names) {
  interval_ = std::chrono::milliseconds(interval_ms);
  process_names_ = process_names && may_.process_names;
  sample_at_ = std::min(sample_at_, now() + ns(interval_));
}

// Reports go out while the connection takes them; what waits, waits in the store, which is bounded.
void AgentLoop::pump() {
  if (link_.state() != Link::State::kOpen) return;
  while (welcomed_ && link_.unsent_bytes() < kMostUnsentBytes) {
    const Report* report = reports_.next_to_send();
    if (!report) break;
    *outgoing_.mutable_report() = *report;
    link_.send(outgoing_);
  }
  if (link_.unsent_bytes() == 0) return;
  if (auto ok = link_.flush(); !ok) lost(ok.error().message);
}

void AgentLoop::send(const DirectiveResult& result) {
  *outgoing_.mutable_result() = result;
  link_.send(outgoing_);
}

void AgentLoop::renew_if_due() {
  if (!welcomed_ || world_.wall.now() < renew_at_) return;
  renew_at_ = world_.wall.now() + kRenewAgain;
  auto request = identity_.request();
  if (!request) return tell(request.error().message);
  outgoing_.mutable_renew()->set_csr(std::move(*request));
  link_.send(outgoing_);
}

void AgentLoop::renewed(const Renewed& renewed) {
  auto done = identity_.renew({renewed.chain().begin(), renewed.chain().end()});
  if (!done) return tell("the certificate was not renewed: " + done.error().message);
  auto context = identity_.context();
  if (!context) return tell(context.error().message);
  context_ = std::move(*context);
  link_.forget_session();
  renew_at_ = half_way(world_.wall.now(), identity_.ends());
}

void AgentLoop::tell(const std::string& line) {
  if (line == told_ && now() - told_at_ < kSayAgainNs) return;
  told_ = line;
  told_at_ = now();
  world_.say(line);
}

}  // namespace headroom::agent
