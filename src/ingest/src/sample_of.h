// A report of the wire as a sample of the model.
//
//   cpu      user, system and interrupts. Held back: steal, and what waited for a CPU where that is a tenth of the time or more
//   memory   total less available. Held back: 1 where it swapped in; else the time that all stood still, from a hundredth on
//   disk, network   bytes both ways; they have no limit that a guest could see, so nothing is said to be held back
//
// Threads: any. Errors: nullopt for a report that does not tell all four, or tells what no machine has: then there is no sample.
#pragma once

#include <optional>

#include "headroom/model/sample.h"
#include "headroom/wire/message.h"

namespace headroom::ingest {

// `allocated`: the VM's memory; 0: not known. A guest that counts its balloon among what it uses shows more in all than that.
std::optional<Sample> sample_of(const wire::v1::Report& report, Instant at, Bytes allocated);

// What it tells of the guest's memory; nullopt where it does not, or more is available than there is.
struct ToldMemory {
  Bytes total, available;
};
std::optional<ToldMemory> memory_of(const wire::v1::Report& report);
std::optional<ToldMemory> memory_of(const wire::v1::DirectiveResult& result);

}  // namespace headroom::ingest
