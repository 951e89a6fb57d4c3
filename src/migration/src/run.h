// One way through the moves, from the first start to the last end: whenever something has ended, the waiting moves it may have made
// way for are looked at in order, and those that can start do.
#pragma once

#include <queue>

#include "stuck.h"
#include "world.h"

namespace headroom::migration {

// What one run may do differently from another; make_schedule() keeps the best.
struct Strategy {
  bool leftovers = true;           // who could have all its rate later starts now with half of it at least
  bool share = true;               // several at a part of the rate, where that hides more setup than it adds bytes
  bool queues_first = true;        // moves without a breach: those that most others queue for first, else the shortest
  bool patient = true;             // rings are broken when nothing else can go on; else now and then, early
  std::uint32_t shake = 0;         // other than 0: queues count as up to half more, by chance, the same for equal numbers
  bool importance_first = false;   // moves with a breach: the most important first, else the earliest breach
};

struct Draft {
  Schedule schedule;
  std::vector<std::int32_t> stranded;  // moves that would stay on their detour; the draft is of no use then
  std::size_t work = 0;                // trips and hosts that were looked at
};

class Run {
 public:
  // `free`: as of free_at_first(). `barred`: moves that must take no detour.
  Run(const Problem& problem, const Correction& learnt, std::vector<std::int64_t> free, const Strategy& strategy,
      const std::vector<bool>& barred)
      : w_(problem, learnt, std::move(free)), strategy_(strategy), barred_(barred), touched_(problem.moves.size(), false), lacking_(problem.hosts.size()) {}
  Draft go();

 private:
  // Before the first start.
  void refuse_hopeless();
  void rank();
  std::int64_t own_rank(const Trip& t) const;

  // In between.
  void refuse_late();
  bool start_what_can();
  bool try_start(std::size_t t);
  std::int64_t share_of(const Trip& t) const;
  bool held_up(const Trip& t, std::int64_t bandwidth, Duration late_end) const;
  double queue_for(const Trip& t);
  bool send_around(const std::vector<std::int32_t>& among);
  void break_rings_early();
  void finish_next();
  Duration next_deadline() const;

  // After the last end.
  void refuse_rest();

  void refuse(std::size_t t, Refusal refusal);
  void touch(std::int32_t trip);
  void touch(const std::vector<std::int32_t>& trips);
  void touch_all();

  struct Arrival {
    Duration end;
    std::int32_t leg;
    bool operator>(const Arrival& o) const { return end != o.end ? end > o.end : leg > o.leg; }
  };

  World w_;
  Strategy strategy_;
  const std::vector<bool>& barred_;
  Duration now_{};
  std::priority_queue<Arrival, std::vector<Arrival>, std::greater<>> running_;
  std::vector<std::int32_t> hurried_;   // trips with a breach that may still wait
  std::vector<bool> touched_;           // trips to be looked at
  std::vector<std::int32_t> to_look_;
  struct Lacking {
    std::uint64_t changes = ~std::uint64_t{0};
    double ms = 0;
  };
  std::vector<Lacking> lacking_;        // hosts: as last counted
  Duration next_look_{};                // for rings, early
  std::size_t work_ = 0;
  bool all_of_limit_ = false;           // somebody could not start for the fleet's limit: the next end concerns all
  std::vector<Refusal> refused_;
};

}  // namespace headroom::migration
