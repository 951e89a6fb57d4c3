// Where everything is while a schedule is being made: who waits, who is on the way, what is free. Changed by begin() and finish() of
// legs alone, so that what a later leg sees is what will be.
#pragma once

#include <limits>

#include "headroom/migration/schedule.h"
#include "meetings.h"
#include "roads.h"
#include "rooms.h"

namespace headroom::migration {

inline constexpr Duration kNever = Duration::max();
inline constexpr std::int64_t kNoHurry = std::numeric_limits<std::int64_t>::max();

// One leg at one bandwidth, the pair's correction in it.
struct Timing {
  Estimate estimate;
  Duration expected{}, late{}, downtime{};
};

enum class Phase { kWaiting, kRunning, kArrived, kRefused };

// A move on its way.
struct Trip {
  std::int32_t move = 0, item = 0;
  std::int32_t at = 0, next = 0;      // where it stands; where its next leg goes
  Phase phase = Phase::kWaiting;
  bool left = false;                  // it has had its first leg
  std::int32_t leg = -1;              // its last one
  Timing alone;                       // its next leg with its links to itself
  Duration latest_start = kNever;     // of the next leg, to be over before the breach
  std::int64_t rank = kNoHurry;       // smaller: sooner. Its own hurry, or that of one which waits for its room
};

class World {
 public:
  // `free`: as of free_at_first().
  World(const Problem& problem, const Correction& learnt, std::vector<std::int64_t> free);

  const Problem& problem() const { return p_; }
  const std::vector<Trip>& trips() const { return trips_; }
  Trip& trip(std::size_t t) { return trips_[t]; }
  std::int32_t trip_of(std::int32_t item) const { return trip_of_[static_cast<std::size_t>(item)]; }  // -1: it stays
  const Rooms& rooms() const { return rooms_; }
  const Meetings& meetings() const { return meetings_; }
  const Roads& roads() const { return roads_; }

  // Trips that wait to leave a host, to come to it; how long the waiting ones would keep a link busy one by one.
  const std::vector<std::int32_t>& leaving(std::int32_t host) const { return leaving_[static_cast<std::size_t>(host)]; }
  const std::vector<std::int32_t>& coming(std::int32_t host) const { return coming_[static_cast<std::size_t>(host)]; }
  double queue_ms(std::size_t link) const { return queue_ms_[link]; }
  std::size_t waiting() const { return waiting_; }
  // How often room on a host, or who wants to go there, has changed.
  std::uint64_t changes(std::int32_t host) const { return changes_[static_cast<std::size_t>(host)]; }

  const std::int64_t* here(const Trip& t) const;   // what it needs where it stands
  const std::int64_t* there(const Trip& t) const;  // and where it goes
  bool may_stand(const Trip& t, std::int32_t host) const {
    return rooms_.fit(host, there(t)) && meetings_.allow(t.item, host);
  }
  Timing timing(const Trip& t, std::int32_t from, std::int32_t to, std::int64_t bandwidth) const;

  // Waiting trips only.
  void redirect(std::size_t t, std::int32_t next);
  void refuse(std::size_t t);
  std::int32_t begin(std::size_t t, std::int64_t bandwidth, const Timing& timing, Duration now);  // the leg's index

  // The trip of the leg arrives: it is where it wanted to be, or waits for its second leg.
  std::size_t finish(std::int32_t leg);

  const std::vector<Leg>& legs() const { return legs_; }

 private:
  void enlist(std::size_t t);    // sets `alone` and `latest_start` too
  void strike(std::size_t t);
  void queue(const Trip& t, double sign);
  void changed(std::int32_t host) { ++changes_[static_cast<std::size_t>(host)]; }

  const Problem& p_;
  const Correction& learnt_;
  Rooms rooms_;
  Meetings meetings_;
  Roads roads_;
  std::vector<Trip> trips_;                                // one a move
  std::vector<std::int32_t> trip_of_;                      // items
  std::vector<std::vector<std::int32_t>> leaving_, coming_;  // hosts
  std::vector<double> queue_ms_;                           // links
  std::vector<std::uint64_t> changes_;                     // hosts
  std::size_t waiting_ = 0;
  std::vector<Leg> legs_;
};

}  // namespace headroom::migration
