// The agent's loop: what is waited for, and what is done when it comes. agent.h is the way in.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backoff.h"
#include "executor.h"
#include "headroom/agent/agent.h"
#include "headroom/agent/endpoint.h"
#include "identity.h"
#include "judge.h"
#include "link.h"
#include "processes.h"
#include "report_store.h"
#include "self_limit.h"

namespace headroom::agent {

class AgentLoop {
 public:
  AgentLoop(const Settings& settings, const World& world, Endpoint manager, Identity identity, TlsContext context, Ledger ledger);
  Result<void> run();

 private:
  using Nanos = std::int64_t;  // of CLOCK_BOOTTIME

  Nanos now() const { return world_.boot.since_boot().count(); }
  bool wait();  // false: the end was asked for
  void tick();

  void sample();
  Values measured_now();
  void connect();
  void lost(const std::string& why);
  void hear();
  void take(const wire::v1::ToAgent& message);
  void take(const wire::v1::Welcome& welcome);
  void take(const wire::v1::Goodbye& goodbye);
  void acknowledged(std::uint64_t through_sequence);
  void renewed(const wire::v1::Renewed& renewed);
  void set_sampling(std::uint32_t interval_ms, bool process_names);

  void say_hello();
  void say_abilities_if_changed();
  std::vector<int> abilities() const;  // features of the wire, rising
  void pump();  // what may go out
  void send(const wire::v1::DirectiveResult& result);
  void renew_if_due();
  void begin_run();
  void tell(const std::string& line);  // not the same line again and again

  const Settings settings_;
  const World world_;
  const Endpoint manager_;
  const Roots roots_;
  const Permissions may_;
  Identity identity_;
  TlsContext context_;
  Ledger ledger_;
  const Levers levers_;
  Hooks hooks_;
  Executor executor_;

  CounterReader reader_;
  Processes processes_;
  Counters counters_[2];
  int newest_ = 0;
  bool read_before_ = false;
  Sample sample_;
  ReportStore reports_;
  DemandWatch demands_;
  SelfLimit limit_;

  Link link_;
  Backoff backoff_;
  std::vector<int> told_abilities_;    // to this connection
  bool welcomed_ = false, process_names_ = false;
  std::chrono::milliseconds interval_{10'000};
  Nanos sample_at_ = 0, connect_at_ = 0, give_up_at_ = INT64_MAX, processes_at_ = 0;
  Instant renew_at_;
  std::string run_id_, boot_id_, told_;
  Nanos told_at_ = 0;
  wire::v1::FromAgent outgoing_;  // used again, so that a report allocates nothing new
};

}  // namespace headroom::agent
