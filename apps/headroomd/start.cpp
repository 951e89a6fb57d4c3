#include "start.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "headroom/access/secret.h"
#include "headroom/base/one_line.h"
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

// Enough of it to tell two files apart.
std::string file_hash(const std::filesystem::path& file) {
  constexpr std::size_t kDigits = 16;
  std::ifstream in(file, std::ios::binary);
  if (!in) return "that cannot be read";
  return access::sha256_hex(std::string(std::istreambuf_iterator<char>(in), {})).substr(0, kDigits);
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

NamedFiles given_files(const Options& o, NamedFiles files) {
  if (o.rules_file) files.emplace_back("rules", *o.rules_file);
  if (o.constraints_file) files.emplace_back("constraints", *o.constraints_file);
  if (o.tls) {
    files.emplace_back("TLS certificate", o.tls->certificate);
    files.emplace_back("authorities of clients", o.tls->client_ca);
  }
  std::erase_if(files, [](const auto& f) { return f.second.empty(); });
  return files;
}

Result<void> note_start(access::AuditLog& audit, const std::string& fleet, const Options& o, const NamedFiles& files) {
  if (auto started = audit.append({"headroomd", "", "", "start", fleet, "done"}); !started) return started;
  std::string with = fmt::format("done: policy {}, retrain {}, listen {}{}", o.policy, o.retrain, o.listen, o.tls ? " with TLS" : "");
  for (const auto& [noun, file] : files) with += fmt::format(", {} {}", noun, file_hash(file));
  with.resize(std::min(with.size(), access::AuditEntry::kLongest));   // as it is kept
  const auto before = audit.newest_by_target("configure");
  if (!before) return tl::unexpected(before.error());
  for (const access::AuditRecord& r : *before)
    if (r.entry.target == fleet && r.entry.outcome == with) return {};
  return audit.append({"headroomd", "", "", "configure", fleet, with});
}

void RoundNotes::tell(const State& s) {
  audit_->settle();
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
  Doors doors{std::move(*changes), std::move(*page), nullptr};
  if (!o.grpc) return doors;
  auto grpc = rpc::Server::open({*o.grpc, o.tls, o.grpc_reflection}, api, books, clock);
  if (!grpc) return tl::unexpected(grpc.error());
  doors.grpc = std::move(*grpc);
  return doors;
}

std::string Doors::told() const {
  constexpr std::string_view kUnix = "unix:";
  return fmt::format("page and API at {}, changes through {}{}", page->url(), changes->url().substr(kUnix.size()), grpc ? ", gRPC at " + grpc->target() : "");
}

}  // namespace headroom::cli
