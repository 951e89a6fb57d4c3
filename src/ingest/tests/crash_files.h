// What a manager that is killed leaves behind, opened: by its successor, and by the test that looks what is there.
#pragma once

#include <filesystem>
#include <memory>

#include "headroom/history/rocksdb_history.h"
#include "headroom/identity/identity_book.h"

namespace headroom::ingest::testing {

struct Files {
  explicit Files(const std::filesystem::path& folder, Instant now)
      : authority(*identity::Authority::open(folder / "authority.pem", now)),
        identities(*identity::IdentityBook::open((folder / "identity.db").string(), authority, std::chrono::hours(24))),
        history(*open_rocksdb_history(folder / "history")) {}
  identity::Authority authority;
  std::unique_ptr<identity::IdentityBook> identities;
  std::unique_ptr<HistoryStore> history;
};

}  // namespace headroom::ingest::testing
