// The past of one series (one resource of one VM) on the step grid, kept so that everything the model asks about it
// costs little: the newest steps as they were, the week before them in coded blocks (coded_block.h: sixteen steps in 24
// bytes), and running sums. Pushing a step costs about a microsecond, sorting the day two; the state is 3.4 KB and never
// grows.
//
// What is asked of the last kExact steps is answered exactly; what reaches further back is rounded as the blocks are,
// but for their extremes: the highest and lowest over whole blocks stay exact, and so do zeros.
//
// Units: base units of the resource (resources.h). A missing step is NaN. Only what has been pushed can be read, so
// nothing here can look ahead. Threads: none inside; one owner. Errors: none.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "headroom/forecast/coded_block.h"
#include "headroom/forecast/sorted_day.h"
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

class Series {
 public:
  explicit Series(Resource resource);

  // Lays the next step on the grid. `used` NaN: missing. `stalled` as in Sample. `most`: the VM's ceiling, 0 unknown.
  void push(float used, float stalled = 0, double most = 0);

  // The newest step as it is some of a step later: `share` of it is of the time since, in which `used` was; NaN changes nothing. For
  // a copy that is asked once: what the week's extremes and bursts were told of the step before stays.
  void go_on(float used, double share, float stalled, double most);

  std::int64_t pushed() const { return pushed_; }          // steps pushed so far, gaps included
  int valid_in_week() const { return counts_.back(); }     // steps with a value among the last week's
  bool has_value() const { return last_valid_ >= 0; }
  float now() const { return now_; }                       // the newest value, perhaps some steps old; lifted if stalled
  int steps_since_value() const { return static_cast<int>(pushed_ - 1 - last_valid_); }
  double scale() const;                                    // s: mean |change| of the last day, plus the floor
  float highest_ever() const { return highest_ever_; }
  // True when a day and more of samples, the whole known week, were one and the same value.
  bool constant() const;

  // The value `back` steps before the newest step (0 = the newest); NaN if missing, older than a week or not yet.
  float at(int back) const {
    const std::int64_t step = pushed_ - 1 - back;
    if (back < 0 || step < 0) return kMissing;
    if (step >= first_exact()) return exact_[place(step)];
    return back < kStepsPerWeek ? block_of(step).at(static_cast<int>(step % kBlockSteps)) : kMissing;
  }
  // The values of the last week's steps, oldest first, NaN where missing; answers how many there are.
  int copy_week(std::span<float, kStepsPerWeek> out) const;
  // How many of the last `steps` steps, up to a week, have no value; those before the first count.
  int missing(int steps) const;
  // What is as good as zero: a twentieth of s where the series was at zero within the day, of s's floor elsewhere, since what
  // is small beside rare spikes may be all that there is of the load most of the time.
  double next_to_nothing() const { return 0.05 * (lowest(kStepsPerDay - 1, 0) == 0 ? scale() : static_cast<double>(floor_)); }
  float stalled_share(int steps) const;                    // mean stall of the last `steps` <= 12 steps
  bool stalled_at(int back) const { return back < 64 && ((stalled_bits_ >> back) & 1) != 0; }

  // Highest and lowest value from `from` steps back to `to` steps back, both included, a week > from >= to; NaN if none.
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

  SortedDay day() const;                                   // sorts: ask once
  float week_quantile(std::size_t level) const { return week_quantiles_[level]; }  // of every seventh step; NaN if none

  static constexpr std::array<int, 8> kWindows{3, 6, 12, 36, 72, 144, kStepsPerDay, kStepsPerWeek};
  static constexpr std::array<int, 3> kChangeWindows{12, 72, kStepsPerDay};
  static constexpr std::array<double, 5> kWeekLevels{.1, .5, .9, .95, .99};
  static constexpr std::size_t kBursts = 4;  // remembered
  static constexpr int kExact = kBlockSteps;  // steps, at least

 private:
  static constexpr int kBlocks = kStepsPerWeek / kBlockSteps;
  static constexpr float kMissing = __builtin_nanf("");
  static_assert(kStepsPerWeek % kBlockSteps == 0 && kStepsPerDay % kBlockSteps == 0);

  static std::size_t place(std::int64_t step) { return static_cast<std::size_t>(step) % (2 * kBlockSteps); }
  // The exact steps: the block that is being filled and the whole one before it.
  std::int64_t first_exact() const { return pushed_ / kBlockSteps * kBlockSteps - kBlockSteps; }
  const CodedBlock& block_of(std::int64_t step) const { return blocks_[static_cast<std::size_t>(step / kBlockSteps) % kBlocks]; }
  template <class OnBlock, class OnExact>
  void walk(std::int64_t first, std::int64_t last, OnBlock on_block, OnExact on_exact) const;
  // The steps from `from` to `to` back, both included, oldest first.
  void read(int from, int to, float* out) const;
  void slide_sums(float value);
  void turn_block();
  void recount();
  void sort_week();
  void note_burst(float value);
  bool is_burst(float value) const;

  std::int64_t pushed_ = 0;
  std::int64_t last_valid_ = -1;
  float floor_;
  float now_ = kMissing;
  float highest_ever_ = 0;
  int jump_age_ = 4 * kStepsPerWeek;
  std::array<std::int64_t, kBursts> bursts_{-1, -1, -1, -1};  // when the last ones began, newest first
  std::uint64_t stalled_bits_ = 0;
  // Sums of values and of |changes| over the windows, and of how many.
  std::array<double, kWindows.size()> sums_{};
  std::array<double, kChangeWindows.size()> changes_{};
  std::array<std::int16_t, kWindows.size()> counts_{};
  std::array<std::int16_t, kChangeWindows.size()> change_counts_{};
  std::array<std::uint8_t, kStepsPerHour> stalls_{};  // in 255ths
  bool bursting_ = false;
  std::array<float, kWeekLevels.size()> week_quantiles_;
  float closed_high_, closed_low_;  // extremes of the whole blocks within the week, and of the one being filled
  float open_high_, open_low_;
  std::array<float, 2 * kBlockSteps> exact_;
  std::array<CodedBlock, kBlocks> blocks_;
};

}  // namespace headroom
