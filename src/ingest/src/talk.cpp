// What agents say, and what is answered; and how a connection ends.
#include <fmt/format.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "headroom/base/check.h"
#include "sample_of.h"
#include "server.h"

namespace headroom::ingest {

using wire::v1::FromAgent;
using wire::v1::Goodbye;
using wire::v1::ToAgent;

namespace {

constexpr Duration kRenewEvery = std::chrono::minutes(1);   // no honest agent wants to more often
constexpr std::int64_t kNsPerMs = 1'000'000;

constexpr Duration kJump = std::chrono::seconds(1);         // no clock is slewed by so much between two messages
constexpr Duration kLate = std::chrono::seconds(5);         // a report that waited in its guest, rather than on its way

// `wall_ns` is what the guest's clock showed at `at`, of ours.
void hear_wall_clock(AgentState& a, std::int64_t wall_ns, Instant at, Instant now) {
  const Duration skew = Duration(wall_ns / kNsPerMs) - at.time_since_epoch();
  if (a.skew && std::chrono::abs(skew - *a.skew) >= kJump) a.jump = AgentJump{now, skew - *a.skew};
  a.skew = skew;
}

// What a report tells beyond its sample: whether it waited, and whether numbers are missing before it.
void count_report(AgentState& a, const wire::v1::Report& said, std::uint64_t received, Duration waited) {
  ++a.reports;
  if (waited >= kLate) ++a.late;
  const std::uint64_t stands_for = std::max(said.samples(), 1U);
  if (stands_for > 1) a.rolled_up += stands_for;
  const std::uint64_t numbers = said.sequence() - received;   // it is newer: the intake took it
  if (numbers > stands_for) a.lost += numbers - stands_for;
}

std::optional<Resource> resource_of(wire::v1::Demand::Resource r) {
  if (r == wire::v1::Demand::CPU) return Resource::kCpu;
  if (r == wire::v1::Demand::MEMORY) return Resource::kMemory;
  return std::nullopt;
}

// Features that are not known yet have their bits as well.
std::uint32_t bits_of(const google::protobuf::RepeatedField<int>& features) {
  std::uint32_t bits = 0;
  for (const int feature : features)
    if (feature >= 0 && feature < 32) bits |= 1U << feature;
  return bits;
}

}  // namespace

void Server::hear(Peer& peer, std::string_view payload) {
  if (auto good = wire::decode(payload, message_); !good) return dismiss(peer, Goodbye::PROTOCOL, good.error().message);
  peer.heard_at = now_;
  if (peer.speaker.until <= now_) return turn_away(peer, "connect", "its certificate has ended");
  const bool greeted = peer.stage == Peer::Stage::kSpeaking;
  switch (message_.body_case()) {
    case FromAgent::kHello: return greeted ? dismiss(peer, Goodbye::PROTOCOL, "it said hello twice") : hello(peer, message_.hello());
    case FromAgent::kRenew: return renew(peer, message_.renew());
    case FromAgent::kGoodbye: return drop(peer);
    case FromAgent::kJoin: return dismiss(peer, Goodbye::PROTOCOL, "who has a certificate does not join");
    case FromAgent::kReport:
    case FromAgent::kResult:
    case FromAgent::kDemand:
    case FromAgent::kAbilities: break;
    case FromAgent::BODY_NOT_SET: return;   // of a newer agent
  }
  if (!greeted) return dismiss(peer, Goodbye::PROTOCOL, "hello comes first");
  if (message_.has_report()) return report(peer, message_.report());
  if (message_.has_demand()) return demand(peer, message_.demand());
  if (message_.has_abilities()) return abilities(peer, message_.abilities());
  return result(peer, message_.result());
}

void Server::hear_clock(Peer& peer, std::uint64_t boottime_ns) {
  peer.clock.hear(boottime_ns, now_);
  if (boottime_ns <= peer.boottime_ns) return;   // it was buffered, and says nothing of now
  peer.boottime_ns = boottime_ns;
  peer.boottime_at = now_;
}

void Server::hello(Peer& peer, const wire::v1::Hello& said) {
  if (wire::common_version(said.version_min(), said.version_max()) == 0) return dismiss(peer, Goodbye::VERSION, "it speaks no version of the wire that is known here");
  if (const auto former = by_vm_.find(peer.speaker.vm_uuid); former != by_vm_.end()) dismiss(*former->second, Goodbye::REPLACED, "a newer connection of its VM is there");
  auto run = intake_.resume(peer.speaker.vm_uuid, said.run_id());
  if (!run) {
    log_.say("this manager", run.error().message, now_);
    return dismiss(peer, Goodbye::BUSY, "the history cannot be read");
  }
  peer.run = std::move(*run);
  peer.stage = Peer::Stage::kSpeaking;
  if (const auto spent = spent_.find(peer.speaker.vm_uuid); spent != spent_.end()) {
    peer.messages = spent->second;
    spent_.erase(spent);
  }
  by_vm_[peer.speaker.vm_uuid] = &peer;
  hear_clock(peer, said.boottime_ns());
  Duration interval{};
  ports_.board.change(peer.speaker.vm_uuid, [&](AgentState& a) {
    a.connected = true;
    a.since = now_;
    a.from = peer.address;
    a.version = wire::printable(said.agent_version());
    a.serial = peer.speaker.serial;
    a.certificate_until = peer.speaker.until;
    // What it was told since this manager began holds on over a reconnect.
    if (a.interval == Duration{}) a.interval = options_.interval;
    interval = a.interval;
    a.heard_at = now_;
    if (std::string boot = identity::to_hex(said.boot_id()); boot != a.boot_id) {
      a.boot_id = std::move(boot);
      a.skew.reset();
      a.jump.reset();
    }
    a.booted_at = now_ - Duration(static_cast<std::int64_t>(said.boottime_ns() / kNsPerMs));
    hear_wall_clock(a, said.wall_ns(), now_, now_);
    a.features = bits_of(said.features());
  });
  ToAgent answer;
  auto& welcome = *answer.mutable_welcome();
  welcome.set_version(wire::common_version(said.version_min(), said.version_max()));
  welcome.set_epoch(ports_.epoch);
  welcome.set_interval_ms(static_cast<std::uint32_t>(interval.count()));
  welcome.set_durable_sequence(peer.run->durable);
  welcome.set_most_frame_bytes(Peer::kFrameOfAgent);
  send(peer, answer);
  if (ports_.directives == nullptr) return;
  const auto open = ports_.directives->open_of(peer.speaker.vm_uuid, now_);
  if (!open) return log_.say("this manager", open.error().message, now_);
  for (const Directive& d : *open) ask(peer, d);
}

void Server::report(Peer& peer, const wire::v1::Report& said) {
  // What was waiting in the guest tells nothing of the clocks; what comes at its time does.
  hear_clock(peer, said.boottime_ns());
  const Instant by_clock = peer.clock.at(said.boottime_ns()), at = Intake::place(*peer.run, by_clock, now_);
  Bytes allocated;
  ports_.board.change(peer.speaker.vm_uuid, [&](const AgentState& a) { allocated = a.allocated; });
  const auto sample = sample_of(said, at, allocated);
  const std::uint64_t received = peer.run->received;
  const bool fresh = intake_.take(peer.run, said.sequence(), sample);
  ports_.board.change(peer.speaker.vm_uuid, [&](AgentState& a) {
    a.heard_at = now_;
    hear_wall_clock(a, said.wall_ns(), by_clock, now_);
    if (fresh) count_report(a, said, received, now_ - by_clock);
    else ++a.duplicates;
    if (const auto memory = memory_of(said); fresh && memory) a.memory = GuestMemory{memory->total, memory->available, at};
  });
  if (fresh && sample) ports_.board.add(peer.speaker.vm_uuid, *sample);
}

void Server::demand(Peer& peer, const wire::v1::Demand& said) {
  const auto resource = resource_of(said.resource());
  if (!resource) return;   // of a newer agent
  hear_clock(peer, said.boottime_ns());
  AgentDemand demand;
  demand.resource = *resource;
  const double unit = *resource == Resource::kMemory ? 1024 : 1;
  demand.has = static_cast<double>(said.has()) * unit;
  demand.wanted = static_cast<double>(said.wanted()) * unit;
  demand.pressure = std::min(1.0F, static_cast<float>(said.pressure()) / 10'000.0F);
  demand.heard_at = now_;
  demand.reason = wire::printable(said.reason());
  ports_.board.change(peer.speaker.vm_uuid, [&](AgentState& a) { a.demand = std::move(demand); });
  if (ports_.heard) ports_.heard(Heard::kDemand);
}

void Server::abilities(Peer& peer, const wire::v1::Abilities& said) {
  ports_.board.change(peer.speaker.vm_uuid, [&](AgentState& a) {
    a.heard_at = now_;
    a.features = bits_of(said.features());
  });
}

void Server::renew(Peer& peer, const wire::v1::Renew& asked) {
  if (now_ - peer.renewed_at < kRenewEvery && now_ >= peer.renewed_at) return dismiss(peer, Goodbye::TOO_FAST, "it wants a new certificate too often");
  peer.renewed_at = now_;
  const auto issued = ports_.identities.renew(peer.speaker.serial, asked.csr(), now_);
  if (!issued && issued.error().code != ErrorCode::kFailed) return turn_away(peer, "renew", issued.error().message);
  if (!issued) return dismiss(peer, Goodbye::BUSY, issued.error().message);
  HEADROOM_CHECK(issued->vm_uuid == peer.speaker.vm_uuid, "a certificate is renewed for the VM that it is of");
  if (ports_.witness != nullptr) ports_.witness->renewed(*issued);
  peer.speaker.serial = issued->serial;
  peer.speaker.until = issued->until;
  ports_.board.change(peer.speaker.vm_uuid, [&](AgentState& a) {
    a.serial = issued->serial;
    a.certificate_until = issued->until;
  });
  ToAgent answer;
  answer.mutable_renewed()->add_chain(issued->certificate);
  send(peer, answer);
}

void Server::send(Peer& peer, const ToAgent& message) {
  wire::append(message, peer.out);
  if (!peer.waits_to_write) write_more(peer);
}

// Where the connection is over the next read tells so: a caller still holds the reference.
void Server::write_more(Peer& peer) {
  const bool waits = peer.flush() == Io::kWait;
  if (waits != std::exchange(peer.waits_to_write, waits)) watch(peer);
}

void Server::dismiss(Peer& peer, Goodbye::Code code, const std::string& why) {
  if (code != Goodbye::REPLACED && code != Goodbye::BUSY && code != Goodbye::REFUSED) log_.say(peer.address, why, now_);
  ToAgent farewell;
  farewell.mutable_goodbye()->set_code(code);
  farewell.mutable_goodbye()->set_text(why.substr(0, wire::kMostTextBytes));
  wire::append(farewell, peer.out);
  linger(peer);
}

void Server::turn_away(Peer& peer, const char* wanted, const std::string& why) {
  refuse(peer, wanted, why);
  dismiss(peer, Goodbye::REFUSED, why);
}

// It is nobody's connection any more, and only its last words are still written. They have to be read before it is closed, or a reset
// would take them back.
void Server::linger(Peer& peer) {
  part(peer);
  if (peer.unproven()) {
    epoll_ctl(proving_.get(), EPOLL_CTL_DEL, peer.socket.get(), nullptr);
    leave_unproven(peer);
    epoll_event e{};
    e.events = EPOLLIN;
    e.data.u64 = static_cast<std::uint64_t>(peer.number) << 32 | static_cast<std::uint32_t>(peer.socket.get());
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, peer.socket.get(), &e);
  }
  peer.stage = Peer::Stage::kLeaving;
  peer.paused = false;
  watch(peer);
  peer.heard_at = now_;
  write_more(peer);
  end_words(peer);
}

// All said: TLS and the socket are told so, and TLS's memory is not kept for the rest.
void Server::end_words(Peer& peer) {
  if (peer.unsent() || !peer.tls) return;
  SSL_shutdown(peer.tls.get());
  ERR_clear_error();
  peer.tls.reset();
  shutdown(peer.socket.get(), SHUT_WR);
  watch(peer);
}

void Server::see_off(Peer& peer) {
  if (peer.tls) {
    write_more(peer);
    end_words(peer);
    return;
  }
  const ssize_t got = recv(peer.socket.get(), buffer_.data(), buffer_.size(), 0);
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) drop(peer);
}

void Server::part(Peer& peer) {
  const auto current = by_vm_.find(peer.speaker.vm_uuid);
  if (peer.unproven() || current == by_vm_.end() || current->second != &peer) return;
  by_vm_.erase(current);
  spent_.insert_or_assign(peer.speaker.vm_uuid, peer.messages);
  ports_.board.change(peer.speaker.vm_uuid, [&](AgentState& a) {
    a.connected = false;
    a.since = now_;
  });
  intake_.leave(std::exchange(peer.run, nullptr));
}

void Server::drop(Peer& peer) {
  part(peer);
  if (peer.unproven()) leave_unproven(peer);
  peers_.erase(peer.socket.get());
}

}  // namespace headroom::ingest
