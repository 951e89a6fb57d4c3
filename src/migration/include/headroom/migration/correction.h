// How long migrations take, and their guests stand still, against what estimate.h says, learnt from those that are over. Of a
// duration a fixed part and a factor are learnt, for each pair of hosts,
//
//   measured = fixed + factor * predicted
//
// since what a hypervisor needs to begin does not grow with the memory that is sent; and how far it scatters about that, so that a
// duration can be told that 95 of 100 stay under. Of a downtime, a difference.
//
//   Correction learnt;
//   learnt.learn({from, to}, predicted, measured);
//   const Outlook outlook = learnt.of({from, to});
//   outlook.expected(predicted), outlook.late(predicted)
//
// Least squares of the error in proportion to what was expected, with weights that fall by a tenth with every newer migration. One that
// is off by more than three deviations, or two and a half times, counts as that: it may be an accident, and if not, the next ones tell. A pair with
// few of its own leans on the whole fleet's, which begins with the prior: right in the middle, and 95 of 100 under half as much again.
// Threads: one writer, or any number of readers. Size: one small entry a pair that was learnt from.
#pragma once

#include <compare>
#include <cstdint>
#include <map>

#include "headroom/base/instant.h"

namespace headroom::migration {

// The caller's numbers of hosts; they have to stay the same from one migration to the next.
struct HostPair {
  std::uint32_t from = 0, to = 0;
  auto operator<=>(const HostPair&) const = default;
};

// Sums over some migrations of products of x, the predicted, and y, the measured duration in seconds, each divided by the square of
// a scale: all that least squares asks for. The scale is what was expected over the level, so that what all of a time or of a pair
// share, a faster link say, changes nobody's say.
struct Moments {
  double weight = 0;                       // of how many migrations
  double one = 0, x = 0, xx = 0, y = 0, xy = 0, yy = 0;

  void add(double predicted, double measured, double scale);
  double level() const { return xy / xx; } // measured over predicted, as a whole
  Moments& operator+=(const Moments& other);
  Moments operator*(double times) const;
  // As if so many had taken `factor` times what was predicted, be it little or much, with this variance of their logarithms.
  static Moments of_factor(double weight, double factor, double variance);
};

// Exponentially weighted mean and variance.
struct Shift {
  double weight = 0, mean_ms = 0, variance = 0;
};

struct Learnt {
  Moments duration;
  Shift downtime;
};

// What is to be expected of one pair of hosts.
class Outlook {
 public:
  explicit Outlook(const Moments& moments, double downtime_shift_ms = 0);

  Duration expected(Duration predicted) const;
  Duration late(Duration predicted) const;         // 95 of 100 stay under it; never less than expected
  Duration downtime(Duration predicted) const;     // never negative
  // The shortest that `predicted` may be while as long as this is expected; 0 where even nothing takes longer.
  Duration predicted_for(Duration expected) const;
  double factor() const { return factor_; }
  double level() const { return m_.level(); }

  double expected_seconds(double predicted) const;
  double deviation(double predicted) const;        // of the logarithm of measured over expected

 private:
  Moments m_;
  double fixed_ = 0, factor_ = 1, variance_ = 0, determinant_ = 0, downtime_shift_ms_ = 0;
};

class Correction {
 public:
  Correction();
  // As another one was.
  Correction(const Learnt& fleet, std::map<HostPair, Learnt> pairs);

  // Durations that are not positive teach nothing.
  void learn(HostPair pair, Duration predicted, Duration measured);
  void learn_downtime(HostPair pair, Duration predicted, Duration measured);
  Outlook of(HostPair pair) const;

  const Learnt& fleet() const { return fleet_; }
  const std::map<HostPair, Learnt>& pairs() const { return pairs_; }

 private:
  Learnt fleet_;
  std::map<HostPair, Learnt> pairs_;
};

}  // namespace headroom::migration
