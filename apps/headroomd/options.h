// What headroomd can be told, checked before any work starts.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "given_rules.h"
#include "headroom/base/result.h"
#include "headroom/daemon/door.h"
#include "headroom/rpc/server.h"
#include "headroom/sim/scenario.h"

namespace headroom::cli {

struct Options {
  std::filesystem::path scenario;
  std::vector<std::filesystem::path> traces;
  std::string window, view = "elastic", policy = "headroom", take = "2m", listen = "127.0.0.1:7474", grpc_listen, retrain = "off";
  std::vector<std::string> compare{"static", "reactive-threshold", "pve-crs"};
  std::filesystem::path fleet, socket, state, page, report;   // fleet: empty, a replay
  std::filesystem::path tls_cert, tls_key, tls_client_ca;
  std::optional<std::filesystem::path> rules_file, constraints_file;
  std::uint64_t seed = 1;
  bool once = false, grpc_reflection = false;

  // Read from the text above.
  std::optional<Window> counted;
  Duration taken{};
  std::optional<Duration> retrain_every;   // none: off
  TcpAddress at;
  std::optional<TlsFiles> tls;             // none: in the clear, on a loopback address
  std::optional<rpc::Where> grpc;          // none: no gRPC
  GivenRules rules;
};

void add_options(CLI::App& app, Options& options);
// Fills in what was given as text, and reads the rules. Errors: kInvalid, naming the option; those of GivenRules.
Result<void> read_options(Options& options);

}  // namespace headroom::cli
