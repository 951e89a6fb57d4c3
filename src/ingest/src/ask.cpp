// Directives on the wire: which go out, and what comes back.
#include <utility>

#include "sample_of.h"
#include "server.h"

namespace headroom::ingest {

namespace {

DirectiveState state_of(wire::v1::Outcome outcome) {
  switch (outcome) {
    case wire::v1::DONE: return DirectiveState::kDone;
    case wire::v1::VETOED: return DirectiveState::kVetoed;
    case wire::v1::EXPIRED: return DirectiveState::kExpired;
    case wire::v1::UNSUPPORTED: return DirectiveState::kUnsupported;
    default: return DirectiveState::kFailed;
  }
}

// The deadline on the guest's clock: the newest it told, and what has passed here since. It was older when it was heard than when it was
// made, so that this is early, never late.
std::uint64_t on_guests_clock(const Peer& peer, Instant until) {
  const Duration left = until - peer.boottime_at;
  return left <= Duration(0) ? 0 : peer.boottime_ns + static_cast<std::uint64_t>(left.count()) * 1'000'000;
}

void put_allocation(const Directive& d, wire::v1::Allocation& allocation) {
  allocation.set_moment(d.moment == Moment::kBefore ? wire::v1::Allocation::BEFORE : wire::v1::Allocation::AFTER);
  allocation.set_vcpus_from(d.vcpus_from);
  allocation.set_vcpus_to(d.vcpus_to);
  allocation.set_memory_kib_from(d.memory_kib_from);
  allocation.set_memory_kib_to(d.memory_kib_to);
}

}  // namespace

// What has no answer goes out once on each connection; the agent knows an id that it had before.
void Server::ask(Peer& peer, const Directive& d) {
  if (!peer.asked.insert(d.id).second) return;
  wire::v1::ToAgent message;
  auto& directive = *message.mutable_directive();
  directive.set_id(d.id);
  directive.set_epoch(ports_.epoch);   // of this run, as the guest knows the newest manager's
  directive.set_not_after_boottime_ns(on_guests_clock(peer, d.until));
  directive.set_reason(d.reason.substr(0, wire::kMostTextBytes));
  switch (d.kind) {
    case DirectiveKind::kAllocation: put_allocation(d, *directive.mutable_allocation()); break;
    case DirectiveKind::kSampling: directive.mutable_sampling()->set_interval_ms(static_cast<std::uint32_t>(d.interval.count())); break;
    case DirectiveKind::kDrain: directive.mutable_drain()->set_over(d.moment == Moment::kAfter); break;
  }
  send(peer, message);
}

void Server::ask_all() {
  if (ports_.directives == nullptr || std::exchange(asked_, ports_.directives->asked()) == ports_.directives->asked()) return;
  const auto open = ports_.directives->open_ones(now_);
  if (!open) return log_.say("this manager", open.error().message, now_);
  for (const Directive& d : *open)
    if (const auto peer = by_vm_.find(d.vm_uuid); peer != by_vm_.end()) ask(*peer->second, d);
}

// Acknowledged when it is written down, or is nothing of ours: either way that id is not asked any more.
void Server::result(Peer& peer, const wire::v1::DirectiveResult& said) {
  hear_clock(peer, said.boottime_ns());
  if (ports_.directives != nullptr) {
    const std::string words = wire::printable(said.reason());
    const auto noted = ports_.directives->answer(peer.speaker.vm_uuid, said.id(), state_of(said.outcome()), words);
    if (!noted) return log_.say("this manager", noted.error().message, now_);
    if (*noted) learn(peer, **noted, said, words);
    if (*noted && ports_.heard) ports_.heard(Heard::kAnswer);
  }
  peer.asked.erase(said.id());
  wire::v1::ToAgent message;
  message.mutable_result_ack()->set_id(said.id());
  send(peer, message);
}

// What an answer tells of the guest beside its being one.
void Server::learn(Peer& peer, const Directive& asked, const wire::v1::DirectiveResult& said, const std::string& words) {
  ports_.board.change(peer.speaker.vm_uuid, [&](AgentState& a) {
    if (said.outcome() == wire::v1::VETOED) a.veto = AgentVeto{now_, words};
    if (asked.kind == DirectiveKind::kSampling && said.outcome() == wire::v1::DONE) a.interval = asked.interval;
    if (const auto memory = memory_of(said); memory && !said.again()) a.memory = GuestMemory{memory->total, memory->available, now_};
  });
}

}  // namespace headroom::ingest
