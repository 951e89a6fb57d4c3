// How a person writes a change of planner/what_if.h, on the command line and in the API alike:
//
//   lose-host=NAME
//   drain-host=NAME
//   add-host=NAME or TYPE[:COUNT]
//   load=+30%[:VMS][:RESOURCES]            VMS a glob of names, RESOURCES like cpu,memory; none of them: all
//   new-vm=LIKE[:COUNT]
//   new-vm=cpu=4,memory=8GiB[:COUNT]       also disk=, network=; a bare number of cpu is in cores
//
// A part after the load's share that names only resources is RESOURCES. A name with a ':' in it can be written with '?' there.
// Pure functions, thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "headroom/base/result.h"
#include "headroom/planner/what_if.h"

namespace headroom {

inline constexpr std::size_t kLongestChange = 200;  // bytes

// kInvalid: a sentence that names the part and how to write it.
Result<Change> parse_change(std::string_view text);
// All of them, at most kMostChanges.
Result<std::vector<Change>> parse_changes(const std::vector<std::string>& texts);

}  // namespace headroom
