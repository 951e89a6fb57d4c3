// What is known of the agents: who is connected, what each said last, and the samples nobody has taken yet. Written by the ingest,
// read by the loop and the API.
//
// Keyed by the VM's UUID, as its certificate says it. Bounded: a VM's samples that nobody takes are 64 at most (the history has all of
// them), and who was not heard for a week is forgotten.
//
// Threads: any; calls take one lock for as long as a copy. Errors: none.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "headroom/model/guest_memory.h"
#include "headroom/model/sample.h"

namespace headroom::ingest {

// A guest under pressure wants more of a resource, in all.
struct AgentDemand {
  Resource resource = Resource::kCpu;
  double has = 0, wanted = 0;   // as the guest sees it, in base units of resources.h
  float pressure = 0;           // share of time that something waited for it, 0..1
  Instant heard_at;
  std::string reason;           // fit for a page
};

struct AgentVeto {
  Instant at;
  std::string reason;
};

// The guest's wall clock against ours, all at once: it was set, or the guest stood still, as in a move.
struct AgentJump {
  Instant at;                   // it was heard
  Duration by{};                // forward above 0
};

// It tells of its VM what the hypervisor does not, and has for long.
struct AgentDisagreement {
  Instant since;
  Resource resource = Resource::kCpu;
  double by_agent = 0, by_hypervisor = 0;   // base units, smoothed
};

struct AgentState {
  std::string vm_uuid;
  bool connected = false;
  Instant since;                // it is, or is not
  std::string from;             // the peer's address; a relay's, where there is one between
  std::string version;          // as it calls itself, fit for a page
  std::string serial;           // of the certificate it speaks by
  Instant certificate_until;
  std::uint32_t features = 0;   // bit f: Feature f of the wire
  Duration interval{};          // it reports at: as it was welcomed, or told since and said done
  Bytes allocated;              // memory, as the loop knows; 0: not known
  std::optional<Instant> heard_at;       // the newest message
  std::optional<Instant> sampled_at;     // the end of the newest report, by our clock
  std::string boot_id;                   // of the guest's boot, hexadecimal digits
  std::optional<Instant> booted_at;      // by our clock
  std::optional<Duration> skew;          // the guest's wall clock less ours, its way here included
  std::optional<AgentJump> jump;         // the last one of that boot
  std::uint64_t reports = 0, duplicates = 0;   // since this manager began
  std::uint64_t late = 0;                // of the reports: that waited in the guest
  std::uint64_t rolled_up = 0;           // samples that stand in a report with others: it was cut off for long
  std::uint64_t lost = 0;                // samples that no report stands for
  std::optional<Sample> newest;
  std::optional<GuestMemory> memory;       // of the newest report or answer
  std::optional<AgentDemand> demand;
  std::optional<AgentVeto> veto;
  std::optional<AgentDisagreement> apart;
};

// As the wire numbers them.
enum class AgentFeature : std::uint8_t { kVcpuOnline = 1, kMemoryOnline = 2, kTrim = 3, kHooks = 4, kProcessNames = 5 };
inline bool can(const AgentState& agent, AgentFeature feature) { return (agent.features >> static_cast<unsigned>(feature) & 1U) != 0; }

// Its word is of now: the newest report is at most three of its intervals old, or half a minute where those are shorter.
bool is_fresh(const AgentState& agent, Instant now);

struct AgentSample {
  std::string vm_uuid;
  Sample sample;
};

class AgentBoard {
 public:
  static constexpr std::size_t kMostUntaken = 64;
  static constexpr Duration kRemembered = std::chrono::hours(24 * 7);

  // Changes what is known of one VM's agent, which is new if there was none.
  void change(const std::string& vm_uuid, const std::function<void(AgentState&)>& how);
  void add(const std::string& vm_uuid, const Sample& sample);

  std::optional<AgentState> find(const std::string& vm_uuid) const;
  std::vector<AgentState> all() const;              // ascending by UUID
  // Those that came since the last call, in the order of each VM's.
  std::vector<AgentSample> take_samples();
  void forget(Instant now);

 private:
  struct Entry {
    AgentState state;
    std::vector<Sample> untaken;
  };
  Entry& entry(const std::string& vm_uuid);

  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> agents_;
};

}  // namespace headroom::ingest
