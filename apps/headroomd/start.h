// What both lives of headroomd begin with: the model, its training, who may talk to it, the doors.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "headroom/access/books.h"
#include "headroom/daemon/door.h"
#include "headroom/daemon/start_model.h"
#include "headroom/daemon/trainer.h"
#include "headroom/rpc/server.h"
#include "options.h"

namespace headroom::cli {

// The shipped model, or the one an earlier run saved in `state` (empty: nowhere); says which, unless it goes without saying.
StartModel start_model(const Options& options, const std::filesystem::path& state, Instant begin);
// none: the model is not to be trained again, or there is none.
std::unique_ptr<Trainer> make_trainer(const Options& options, const std::filesystem::path& state, const StartModel& start, HistoryStore& history);

// Each entry of the audit log is told on the standard error, with its hash: where a system's journal keeps that, it is the anchor for
// `headroom audit verify`.
Result<access::Books> open_books(const std::filesystem::path& state, const Clock& clock);
// What was read, and what it is called.
using NamedFiles = std::vector<std::pair<std::string, std::filesystem::path>>;
// `files`, and those that the command line names beside them; without those that are not given.
NamedFiles given_files(const Options& options, NamedFiles files);
// That it starts; and with which files and settings, where those are not the ones of the start before.
Result<void> note_start(access::AuditLog& audit, const std::string& fleet, const Options& options, const NamedFiles& files);

// What each round puts into the audit log: a change of the model that decides, and counts whose time is over. One thread.
class RoundNotes {
 public:
  explicit RoundNotes(access::AuditLog& audit) : audit_(&audit) {}
  void tell(const State& state);

 private:
  access::AuditLog* audit_;
  std::optional<Instant> told_;
};

struct Doors {
  std::unique_ptr<Door> changes, page;
  std::unique_ptr<rpc::Server> grpc;   // none: it is not asked for

  std::string told() const;            // "page and API at ..., changes through ...", for the line that says a run has begun
};
Result<Doors> open_doors(const Options& options, const Api& api, const access::Books& books, const Clock& clock);

}  // namespace headroom::cli
