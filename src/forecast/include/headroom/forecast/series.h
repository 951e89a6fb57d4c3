// The past of one series (one resource of one VM) on the step grid, kept so that everything the model asks about it
// costs little: a ring of a week, running sums, a sorted day and a thinned sorted week. Pushing a step and reading
// features take about a microsecond each; the state is about 11 KB and never grows.
//
// Units: base units of the resource (resources.h). A missing step is NaN. Only what has been pushed can be read, so
// nothing here can look ahead. Threads: none inside; one owner. Errors: none.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "headroom/model/resources.h"

namespace headroom {

inline constexpr int kStepsPerHour = 12;  // the windows below are counted in steps of the grid (5 min by default)
inline constexpr int kStepsPerDay = 24 * kStepsPerHour;
inline constexpr int kStepsPerWeek = 7 * kStepsPerDay;

// A stalled interval shows what was delivered, not what was wanted. Its value is lifted by this share of itself per
// unit of stall, so that a fully stalled step counts as three of itself and a held-back VM gets out in a step or two.
// (Half as much again was tried: overload that outlasts its first step took twice as long, for 1.5 % less rent.) It is
// never lifted over what the VM could ever be given: a forecast beyond that makes every allocation look hopeless.
inline constexpr double kStallLift = 2.0;

// Fixed-capacity sorted multiset of floats: insert and erase move at most the values between the two places.
template <int Capacity>
class SortedWindow {
 public:
  int size() const { return size_; }
  float operator[](int i) const { return value_[static_cast<std::size_t>(i)]; }
  // Linear interpolation between order statistics (numpy's default). NaN when empty.
  float quantile(double p) const;
  // How many values are below `value`.
  int rank(float value) const;
  void insert(float value);
  void erase(float value);  // one equal to value, which must be there

 private:
  std::array<float, Capacity> value_{};
  int size_ = 0;
};

class Series {
 public:
  explicit Series(Resource resource);

  // Lays the next step on the grid. `used` NaN: missing. `stalled` as in Sample. `most`: the VM's ceiling, 0 unknown.
  void push(float used, float stalled = 0, double most = 0);

  std::int64_t pushed() const { return pushed_; }          // steps pushed so far, gaps included
  int valid_in_week() const { return week_count_; }        // steps with a value among the last week's
  bool has_value() const { return last_valid_ >= 0; }
  float now() const { return now_; }                       // the newest value, perhaps some steps old; lifted if stalled
  int steps_since_value() const { return static_cast<int>(pushed_ - 1 - last_valid_); }
  double scale() const;                                    // s: mean |change| of the last day, plus the floor
  float highest_ever() const { return highest_ever_; }
  // True when a day and more of samples, the whole known week, were one and the same value.
  bool constant() const;

  // The value `back` steps before the newest step (0 = the newest); NaN if missing, too old or not yet. Within a week
  // and a bit (2048 steps).
  float at(int back) const {
    return back < 0 || back >= kRing || back >= pushed_ ? kMissing : ring_[slot(pushed_ - 1 - back)];
  }
  // The values of the last week's steps, oldest first, NaN where missing; answers how many there are.
  int copy_week(std::span<float, kStepsPerWeek> out) const;
  float stalled_share(int steps) const;                    // mean stall of the last `steps` <= 12 steps
  bool stalled_at(int back) const { return back < 64 && ((stalled_bits_ >> back) & 1) != 0; }

  // Highest and lowest value from `from` steps back to `to` steps back, both included, from >= to; NaN if none.
  float highest(int from, int to) const;
  float lowest(int from, int to) const;
  float week_high() const;                                 // a week, to within 16 steps; -inf if none
  float week_low() const;                                  // +inf if none
  double mean(int window) const;                           // of the values in a window of kWindows; NaN if none
  double mean_change(int window) const;                    // mean |change| over one of kChangeWindows; NaN if none
  int steps_since_jump() const { return jump_age_; }       // since the last change beyond two scales
  // Bursts: runs of steps above the day's ninth decile by more than s. Steps since the `n`th last one began (0 = the
  // last); negative when there were not so many.
  std::int64_t steps_since_burst(std::size_t n) const {
    return n < kBursts && bursts_[n] >= 0 ? pushed_ - 1 - bursts_[n] : -1;
  }

  const SortedWindow<kStepsPerDay>& day() const { return day_; }
  const SortedWindow<kStepsPerDay>& week() const { return week_; }  // every seventh step

  static constexpr std::array<int, 8> kWindows{3, 6, 12, 36, 72, 144, kStepsPerDay, kStepsPerWeek};
  static constexpr std::array<int, 3> kChangeWindows{12, 72, kStepsPerDay};
  static constexpr std::size_t kBursts = 4;  // remembered

 private:
  static constexpr int kRing = 2048;
  static constexpr int kBlock = 16;
  static constexpr float kMissing = __builtin_nanf("");
  struct Sum {
    double total = 0;
    int count = 0;
    void add(double x) { total += x, ++count; }
    void drop(double x) { total -= x, --count; }
    double mean() const { return count > 0 ? total / count : static_cast<double>(kMissing); }
  };
  static std::size_t slot(std::int64_t step) { return static_cast<std::size_t>(step) & (kRing - 1); }
  void slide_sums(float value);
  void slide_sorted(float value);
  void close_block();
  void note_burst(float value);

  double floor_;
  std::int64_t pushed_ = 0;
  std::int64_t last_valid_ = -1;
  int week_count_ = 0;
  float now_ = kMissing;
  float highest_ever_ = 0;
  int jump_age_ = 4 * kStepsPerWeek;
  bool bursting_ = false;
  std::array<std::int64_t, kBursts> bursts_{-1, -1, -1, -1};  // when the last ones began, newest first
  std::uint64_t stalled_bits_ = 0;
  std::array<float, 12> stalls_{};
  std::array<Sum, kWindows.size()> sums_{};
  std::array<Sum, kChangeWindows.size()> changes_{};
  std::array<float, kRing / kBlock> block_high_;  // extremes of each 16 steps of the ring
  std::array<float, kRing / kBlock> block_low_;
  float closed_high_, closed_low_;  // of the whole blocks within the week
  SortedWindow<kStepsPerDay> day_;
  SortedWindow<kStepsPerDay> week_;
  std::array<float, kRing> ring_{};
};

}  // namespace headroom
