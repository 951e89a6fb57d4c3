#include "start.h"

#include <fmt/format.h>

#include <cstdio>

#include "shipped.h"
#include "ticker.h"

namespace headroom::cli {
namespace {

// The socket's folder is ours alone when it is made here.
Result<void> make_socket_folder(const std::filesystem::path& socket) {
  const auto folder = socket.parent_path();
  std::error_code error;
  if (folder.empty() || std::filesystem::exists(folder, error)) return {};
  if (!std::filesystem::create_directories(folder, error))
    return fail(ErrorCode::kFailed, fmt::format("cannot make '{}' for the socket: {}", folder.string(), error.message()));
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  return {};
}

}  // namespace

StartModel start_model(const Options& o, const std::filesystem::path& state, Instant begin) {
  StartModel start = choose_start_model(GlobalModel::load(shipped("models/ple.model")), state.empty() ? "" : saved_model_file(state), begin);
  if (!start.model && o.retrain_every) start.note += "; nothing is trained either: --retrain begins from a model";
  const bool expected = start.from == StartModel::From::kShipped && (state.empty() || !o.retrain_every);
  if (!expected) fmt::print(stderr, "headroomd: {}\n", start.note);
  return start;
}

std::unique_ptr<Trainer> make_trainer(const Options& o, const std::filesystem::path& state, const StartModel& start, HistoryStore& history) {
  if (!o.retrain_every || !start.model) return nullptr;
  TrainerOptions options;
  options.every = *o.retrain_every;
  options.training.seed = o.seed;
  if (!state.empty()) options.file = saved_model_file(state);
  if (start.from == StartModel::From::kSaved) options.last_trained = start.model->info().trained_to;
  return std::make_unique<Trainer>(history, start.model, std::move(options));
}

Result<access::Books> open_books(const std::filesystem::path& state, const Clock& clock) {
  return access::Books::open(state, clock, [](const access::AuditRecord& r) {
    const access::AuditEntry& e = r.entry;
    fmt::print(stderr, "headroomd: audit: {} {}{}{}: {} [{}:{}]\n", harmless(e.who), e.action, e.target.empty() ? "" : " ", harmless(e.target),
               harmless(e.outcome), r.number, r.hash);
  });
}

Result<void> note_start(access::AuditLog& audit, const std::string& fleet) {
  return audit.append({"headroomd", "", "", "start", fleet, "done"});
}

void ModelNotes::tell(const State& s) {
  if (!s.succession || s.succession->changed == told_) return;
  told_ = s.succession->changed;
  // What cannot be written down is on the standard error all the same: the ticker tells of it.
  static_cast<void>(audit_->append({"headroomd", "", "", "change model", "", "done: " + s.succession->text}));
}

Result<Doors> open_doors(const Options& o, const Api& api, const access::Books& books, const Clock& clock) {
  if (auto ok = make_socket_folder(o.socket); !ok) return tl::unexpected(ok.error());
  auto changes = Door::on_socket(o.socket, api);
  if (!changes) return tl::unexpected(changes.error());
  auto page = o.tls ? Door::on_tls(o.at, *o.tls, api, books, clock) : Door::on_tcp(o.at, api);
  if (!page) return tl::unexpected(page.error());
  return Doors{std::move(*changes), std::move(*page)};
}

}  // namespace headroom::cli
