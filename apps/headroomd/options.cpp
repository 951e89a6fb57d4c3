#include "options.h"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/sim/contender.h"
#include "shipped.h"
#include "traces.h"

namespace headroom::cli {
namespace {

constexpr Duration kShortestPeriod = std::chrono::hours(1), kLongestPeriod = std::chrono::hours(24 * 90);

Result<std::optional<Duration>> read_period(const std::string& text) {
  if (text == "off") return std::nullopt;
  const auto period = parse_duration(text);
  if (!period) return invalid("--retrain: " + period.error().message);
  if (*period < kShortestPeriod || *period > kLongestPeriod)
    return invalid(fmt::format("--retrain is {}; it must be {} to {}, or off", text, to_text(kShortestPeriod), to_text(kLongestPeriod)));
  return *period;
}

// Both files or none; and TLS wherever other machines can come.
Result<void> read_tls(Options& o) {
  if (o.tls_cert.empty() != o.tls_key.empty()) return invalid("--tls-cert and --tls-key go together");
  if (!o.tls_cert.empty()) o.tls = TlsFiles{o.tls_cert, o.tls_key, o.tls_client_ca};
  if (!o.tls && !o.tls_client_ca.empty()) return invalid("--tls-client-ca goes with --tls-cert and --tls-key: without TLS nobody shows a certificate");
  if (o.tls || is_loopback(o.at)) return {};
  return invalid(fmt::format("--listen '{}' is no loopback address: that takes --tls-cert and --tls-key, or an SSH tunnel to a loopback one", o.listen));
}

Result<void> read_grpc(Options& o) {
  if (o.grpc_listen.empty()) return o.grpc_reflection ? Result<void>(invalid("--grpc-reflection goes with --grpc-listen")) : Result<void>();
  auto where = rpc::parse_where(o.grpc_listen);
  if (!where) return tl::unexpected(where.error());
  o.grpc = std::move(*where);
  return rpc::may_listen(*o.grpc, o.tls.has_value());
}

}  // namespace

void add_options(CLI::App& app, Options& o) {
  o.scenario = shipped("scenarios/bitbrains.yaml");
  o.page = shipped("web/dist");
  o.socket = default_socket();
  auto* fleet = app.add_option("--fleet", o.fleet, "A real fleet: run the libvirt hosts of this file (docs/fleet.md) instead of replaying");
  app.add_option("--scenario", o.scenario, "The pool and, unless --traces, the recorded fleet to replay")->capture_default_str();
  app.add_option("--traces", o.traces, "Trace files or directories instead of the scenario's");
  app.add_option("--window", o.window, "Replay START,END (UTC, END excluded) instead of the scenario's window");
  app.add_option("--view", o.view, "elastic: hosts start and stop; fixed: they do not; vertical: only the VM's own limits")
      ->check(CLI::IsMember({"vertical", "elastic", "fixed"}))->capture_default_str();
  app.add_option("--policy", o.policy, "Who decides, and is shown")->check(CLI::IsMember(policy_names()))->capture_default_str();
  app.add_option("--constraints", o.constraints_file, "Constraints on where VMs may be, for every policy; instead of the scenario's");
  app.add_option("--rules", o.rules_file, "Rules file (policy headroom): it governs the resources it names");
  app.add_option("--compare", o.compare, "Policies to run in step with it, for the score; none: alone")
      ->delimiter(',')->capture_default_str();
  app.add_option("--take", o.take, "Wall time the replay is spread over; 0: as fast as it goes")->capture_default_str();
  app.add_option("--listen", o.listen, "Address and port of the page and the API; without TLS a loopback one, where the API is read-only")->capture_default_str();
  app.add_option("--tls-cert", o.tls_cert, "Certificate (PEM, with its chain) of that port: TLS 1.3, and whoever asks needs a token (docs/access.md)");
  app.add_option("--tls-key", o.tls_key, "The certificate's key (PEM), which nobody else may read");
  app.add_option("--tls-client-ca", o.tls_client_ca, "Certificates (PEM) that may vouch for clients: one of theirs with a URI headroom://role/ROLE stands for a "
                 "token of that role; the file may hold revocation lists as well (docs/access.md)");
  app.add_option("--grpc-listen", o.grpc_listen, "Address and port, or unix:PATH, of the API over gRPC (docs/grpc.md): under TLS where --tls-cert is given, else a loopback one, "
                 "read-only; default: none");
  app.add_flag("--grpc-reflection", o.grpc_reflection, "Tell gRPC's contract to who asks, as grpcurl does");
  app.add_option("--socket", o.socket, "Unix socket (mode 0600) of the API that may change things")->capture_default_str();
  app.add_option("--state", o.state, "Directory to keep the history in, and the model that --retrain grows; default: a temporary one, removed at the end. "
                 "With --fleet also the journal of actions; default: /var/lib/headroom, or ~/.local/state/headroom for those who are not root");
  app.add_option("--retrain", o.retrain, "Train the model on all VMs in the background whenever so much of the replay's time has passed: 1h to 90d, or off")
      ->capture_default_str();
  app.add_option("--page", o.page, "Directory of the built page")->capture_default_str();
  app.add_option("--seed", o.seed, "Seed of everything random")->capture_default_str();
  app.add_option("--report", o.report, "Write the final score as JSON");
  app.add_flag("--once", o.once, "Print the report when the replay is over, and end");
  for (const char* of_replays : {"--scenario", "--traces", "--window", "--view", "--compare", "--take", "--report", "--once"})
    fleet->excludes(app.get_option(of_replays));
}

Result<void> read_options(Options& o) {
  if (!o.window.empty()) {
    auto window = parse_window(o.window);
    if (!window) return invalid("--window: " + window.error().message);
    o.counted = *window;
  }
  auto taken = parse_duration(o.take);
  if (!taken) return invalid("--take: " + taken.error().message);
  o.taken = *taken;
  auto period = read_period(o.retrain);
  if (!period) return tl::unexpected(period.error());
  o.retrain_every = *period;
  auto at = parse_tcp_address(o.listen);
  if (!at) return tl::unexpected(at.error());
  o.at = *at;
  if (auto good = read_tls(o); !good) return good;
  if (auto good = read_grpc(o); !good) return good;
  std::erase_if(o.compare, [](const std::string& name) { return name.empty() || name == "none"; });
  std::erase(o.compare, o.policy);  // it is shown anyway
  for (const std::string& name : o.compare)
    if (std::find(policy_names().begin(), policy_names().end(), name) == policy_names().end())
      return invalid(fmt::format("--compare: there is no policy '{}'; known: {}, or none", name, fmt::join(policy_names(), ", ")));
  auto rules = GivenRules::load(o.rules_file, o.policy);
  if (!rules) return tl::unexpected(rules.error());
  o.rules = std::move(*rules);
  return {};
}

}  // namespace headroom::cli
