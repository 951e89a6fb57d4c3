// Talks to a running headroomd, over its TCP port or its Unix socket (docs/api.md). A token goes over https only.
//
// Errors: kUnreachable when nobody answers in time or the manager is not ready, kNotFound, kInvalid, kRefused as the
// manager says, kInvalid for the file of a token or a key that others may read, kFailed for an answer that is not the API's. Answers are bounded (64 MiB).
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "commands.h"
#include "headroom/base/result.h"

namespace headroom::cli {

struct ServerOptions {
  std::string server = "http://127.0.0.1:7474";
  std::string socket;              // given: used instead of the server
  std::string token_file, ca;      // of https: whose we are, and who may say whose the server is (empty: the system's authorities)
  std::string certificate, key;    // of https: whose we are, another way
  std::string output = "table";

  bool json() const { return output == "json"; }
};

// --server, --socket, --token-file, --cert, --key, --ca and -o, the same for every subcommand that asks a manager.
std::shared_ptr<ServerOptions> add_server_options(CLI::App& command);
// The same, over the socket unless --server is given: for what a server in the clear does not let anybody do.
std::shared_ptr<ServerOptions> add_change_options(CLI::App& command);

class Client {
 public:
  explicit Client(const ServerOptions& options) : options_(options) {}

  // `path` below /api/v1/, its parts already escaped.
  Result<nlohmann::json> get(const std::string& path) const;
  Result<nlohmann::json> post(const std::string& path) const;

 private:
  Result<nlohmann::json> ask(const std::string& method, const std::string& path) const;
  bool by_socket() const { return !options_.socket.empty(); }
  const ServerOptions& options_;
};

// A name as one part of a path.
std::string escaped(const std::string& name);
void print_json(const nlohmann::json& object);

// Reads an answer; one that lacks what docs/api.md promises is an error, not a crash.
template <class Read>
void read_answer(Outcome& outcome, Read&& read) {
  try {
    read();
  } catch (const nlohmann::json::exception&) {
    outcome.fail_with({ErrorCode::kFailed, "the answer is not of the API this program knows; are both of one version?"});
  }
}

// Prints an answer as it is, or the text that is made of it, as was asked for.
template <class Text>
void show(const ServerOptions& options, const nlohmann::json& answer, Text&& text, Outcome& outcome) {
  if (options.json()) return print_json(answer);
  read_answer(outcome, [&] { fmt::print("{}", text()); });
}

}  // namespace headroom::cli
