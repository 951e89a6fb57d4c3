// Files of the Google/ROADEF/EURO Challenge 2012, machine reassignment: whitespace-separated whole numbers. Machines become
// hosts, processes items, services groups; resources become lanes. A model:
//
//   R, then per resource:   transient(0|1) loadCostWeight
//   M, then per machine:    neighbourhood location capacity[R] safetyCapacity[R] moveCost[M]
//   S, then per service:    spreadMin nDeps dep[nDeps]
//   P, then per process:    service requirement[R] processMoveCost
//   B, then per balance:    r1 r2 target weight
//   processMoveCostWeight serviceMoveCostWeight machineMoveCostWeight
//
// An assignment is P machines, counted from 0. Files may be compressed with zstd; the content tells. Errors name the file,
// the line and the number, and say what is wanted: kInvalid, or kNotFound when there is no such file. Reading takes memory
// for what the file holds, not for what it claims.
#pragma once

#include <filesystem>
#include <string>

#include "headroom/placement/problem.h"

namespace headroom::challenge {

// The problem of a model from where the processes are in `assignment`; valid (placement::validate).
Result<placement::Problem> read_roadef2012(const std::filesystem::path& model, const std::filesystem::path& assignment);

// The same the other way. The problem must be one that the format can say: every item of a group, all groups apart.
std::string roadef2012_model(const placement::Problem& problem);
std::string roadef2012_assignment(const placement::Assignment& assignment);

}  // namespace headroom::challenge
