// The manager's API without its transport: a request in, an answer out (docs/api.md).
//
// Threads: answer() from any. Ownership: borrows board and history, which outlive it; `set_paused` and `set_drained` are called as they come.
// Errors: every refusal is an Answer with the fitting status and {"error": {"code", "message"}}.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "headroom/daemon/board.h"
#include "headroom/history/store.h"

namespace headroom {

struct Request {
  std::string method = "GET";
  std::string path;                            // decoded, without the query
  std::multimap<std::string, std::string> query;
  std::optional<std::string> host, origin;     // the headers
};

struct Answer {
  int status = 200;
  std::string body;
  std::string type = "application/json; charset=utf-8";
  std::string cache = "no-store";
  std::string allow;                           // of a 405
};

// An error in the shape of docs/api.md.
Answer refusal(int status, std::string_view code, const std::string& message);

struct ApiPorts {
  const Board& board;
  HistoryStore& history;
  std::function<Result<void>(bool paused)> set_paused;
  std::filesystem::path page;                  // a built page; need not exist
  std::function<Result<void>(const std::string& host, bool drained)> set_drained{};
};

class Api {
 public:
  explicit Api(ApiPorts ports) : ports_(std::move(ports)) {}

  // `may_change`: whether the door this came through lets changes in.
  Answer answer(const Request& request, bool may_change) const;

 private:
  Answer resource(const std::string& path, const Request& request) const;
  Answer change(const std::string& path, bool may_change) const;
  Result<void> make(const std::string& change) const;
  Answer vm(const State& state, const std::string& name) const;
  Answer host(const State& state, const std::string& name) const;
  Answer actions(const State& state, const Request& request) const;
  Answer what_if(const State& state, const Request& request) const;

  ApiPorts ports_;
};

// Which requests a TCP door on a loopback address lets in, so that no web page elsewhere can read a fleet through the
// operator's browser: those whose Host is the address listened on (or localhost), and without an Origin of another site.
class HostGuard {
 public:
  HostGuard(const std::string& address, int port);
  std::optional<Answer> refuse(const Request& request) const;   // nullopt: let in

 private:
  std::vector<std::string> hosts_;   // "127.0.0.1:7474", "localhost:7474"
};

// A file of the built page, or why not. Only files that really lie below `directory` are read, links resolved.
Answer page_file(const std::filesystem::path& directory, const std::string& path);

}  // namespace headroom
