// What kind of file a journal is: its schema, and what to do when it is damaged.
#pragma once

#include "headroom/sqlite/state_file.h"

namespace headroom {

extern const sqlite::FileKind kJournalFile;

}  // namespace headroom
