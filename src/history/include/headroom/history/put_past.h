// Puts a past that was measured elsewhere into a store, as a trace that is imported: samples of one VM, ascending.
//
// What the store holds already is never changed: where it has other samples of that VM within the time of these, nothing is
// written (kRefused). Those it has from an earlier import of the same are no obstacle, so doing it again, or going on after
// having been cut off, is harmless. Written in parts of some thousands, synced at the end.
//
// Threads: one caller. Errors: those of the store too. Answers how many samples were new to it.
#pragma once

#include "headroom/history/store.h"

namespace headroom {

Result<std::size_t> put_past(HistoryStore& store, std::string_view vm_uuid, std::span<const Sample> samples);

}  // namespace headroom
