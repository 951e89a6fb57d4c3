// A HistoryStore in memory: for tests, replays and the simulator. Keeps the contract of store.h but for durability
// (nothing survives the object; sync() does nothing). Costs about 150 bytes a sample.
#pragma once

#include <memory>

#include "headroom/history/store.h"

namespace headroom {

std::unique_ptr<HistoryStore> make_memory_history();

}  // namespace headroom
