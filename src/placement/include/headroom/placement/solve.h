// The engine: from where everything is to the cheapest place for it, never through an answer that breaks a constraint.
//
//   SolveOptions options;
//   options.tries = 100'000'000;
//   auto answer = solve(problem, options);      // answer->assignment, ->cost, ->bound
//
// How it searches is in docs/placement.md. The same problem, seed, workers and number of tries give the same answer, bit by
// bit, on any number of threads and with any instruction set. A clock is the caller's: `spent` tells how much of its time is
// over, and what such a run finds depends on the machine.
#pragma once

#include <cstdint>
#include <functional>

#include "headroom/placement/problem.h"

namespace headroom::placement {

enum class InstructionSet : std::uint8_t { kScalar, kAvx2, kAvx512 };
const char* name(InstructionSet set);
bool has(InstructionSet set);       // this processor does
InstructionSet widest();

// What a search did.
struct Tally {
  std::uint64_t tries = 0;    // shifts and swaps taken to a refusal for lack of room, or to an exact change of cost
  std::uint64_t changes = 0;  // exact changes of cost among them
  std::uint64_t moves = 0;    // of one item, made or taken back

  Tally& operator+=(const Tally& other) {
    tries += other.tries;
    changes += other.changes;
    moves += other.moves;
    return *this;
  }
};

struct Progress {
  double share = 0;           // of the budget
  std::int64_t cost = 0;      // the best so far
};

struct SolveOptions {
  std::uint64_t seed = 1;
  std::size_t workers = 1;    // searches side by side; part of the answer
  std::size_t threads = 1;    // that run them; not part of it
  std::uint64_t tries = 100'000'000;  // of all workers together; the search may end a few thousand later
  InstructionSet set = widest();
  // Instead of `tries`: the share of the time that is over, from 0 to 1; asked every few hundred microseconds, by all
  // threads at once. At 1 the search ends within a fraction of a second, also when it had hardly begun.
  std::function<double()> spent = {};
  std::function<void(const Progress&)> progress = {};  // called by one thread at a time
};

struct Answer {
  Assignment assignment;
  std::int64_t cost = 0, start_cost = 0, bound = 0;
  Tally tally;

  double gap() const;         // (cost - bound) / cost: at most so much is too much
};

// kInvalid when the problem is not valid (problem.h), or where everything is now already breaks a hard constraint and the problem
// has no breach_price to start from there. The answer adds no breach to those of the start (new_breaches in check.h).
Result<Answer> solve(const Problem& problem, const SolveOptions& options);

}  // namespace headroom::placement
