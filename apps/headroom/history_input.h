// The history of a manager, as commands are told where it is: the directory given to headroomd --state, or the history in it.
// One process at a time has it: a manager that runs on it is asked to stop (kRefused).
#pragma once

#include <filesystem>
#include <memory>

#include "headroom/history/store.h"

namespace headroom::cli {

// kNotFound where there is none; nothing is created.
Result<std::unique_ptr<HistoryStore>> open_history(const std::filesystem::path& given);
// Created where there is none yet: in `history` of the directory, unless that is what it is called itself.
Result<std::unique_ptr<HistoryStore>> open_or_create_history(const std::filesystem::path& given);

}  // namespace headroom::cli
