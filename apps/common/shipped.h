// Where the files are that come with the programs, and where programs meet.
#pragma once

#include <filesystem>

namespace headroom::cli {

// A shipped file or folder, named as in the source tree ("models/ple.model"): installed beside the program under
// ../share/headroom, or else in the tree the program was built from. The latter's path when it is nowhere.
std::filesystem::path shipped(const std::filesystem::path& name);

// Where the manager's socket is unless told otherwise: for root where the system's service has it (packaging/systemd), if that runs;
// else $XDG_RUNTIME_DIR, /run for root, or ~/.headroom.
std::filesystem::path default_socket();

// Where the manager of a real fleet keeps its state unless told otherwise: /var/lib/headroom for root, or ~/.local/state/headroom.
std::filesystem::path default_state();

}  // namespace headroom::cli
