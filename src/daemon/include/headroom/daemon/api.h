// The manager's API without its transport: a request in, an answer out (docs/api.md). What it has is one table (api.cpp): each
// endpoint with the role it takes, and what it is called in the audit log.
//
// Threads: answer() from any. Ownership: borrows board, history, books, agents and policies, which outlive it; `set_paused` and `set_drained` are called
// as they come.
// Errors: every refusal is an Answer with the fitting status, a problem of RFC 7807 that also has {"error": {"code", "message"}}.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "headroom/access/books.h"
#include "headroom/access/role.h"
#include "headroom/daemon/agent_desk.h"
#include "headroom/daemon/board.h"
#include "headroom/history/store.h"
#include "headroom/libvirt/policy_desk.h"

namespace headroom {

struct Request {
  std::string method = "GET";
  std::string path;                            // decoded, without the query
  std::multimap<std::string, std::string> query;
  std::optional<std::string> host, origin, authorization;   // the headers
};

struct Answer {
  int status = 200;
  std::string body;
  std::string type = "application/json; charset=utf-8";
  std::string cache = "no-store";
  std::map<std::string, std::string> headers{};   // further ones
  std::string done{};                             // of a change: what came of it, for the audit log; empty: nothing but what was asked
};

// An error in the shape of docs/api.md.
Answer refusal(int status, std::string_view code, const std::string& message);

struct ApiPorts {
  const Board& board;
  HistoryStore& history;
  const access::Books& books;
  std::function<Result<void>(bool paused)> set_paused;
  std::filesystem::path page;                  // a built page; need not exist
  std::function<Result<void>(const std::string& host, bool drained)> set_drained{};
  const AgentDesk* agents = nullptr;           // none: no agents are listened to
  libvirt::PolicyDesk* policies = nullptr;     // none: VMs have no metadata, as in a replay
};

// One line of the table.
struct Endpoint {
  std::string_view method;                     // GET (and so HEAD) or POST: the one changes something, the other does not
  std::string_view pattern;                    // below /api/v1/: "status", "hosts/{name}/drain"; a name may have slashes
  std::optional<access::Role> role;            // the least that may; none: anybody
};

class Api {
 public:
  explicit Api(ApiPorts ports) : ports_(std::move(ports)) {}

  // What `caller` gets. Changes are in the audit log before they are made, and so is who was not let.
  Answer answer(const Request& request, const access::Caller& caller) const;

  static std::vector<Endpoint> endpoints();

 private:
  struct Asked;
  struct Row;
  struct About;
  static const std::vector<Row>& table();
  static const Row* find_row(std::string_view method, std::string_view path);

  Answer show(const Row& row, const Asked& asked) const;
  Answer change(const Row& row, const Asked& asked) const;
  Answer keep_out(const Row& row, const Asked& asked) const;
  Answer no_such(const std::string& method, std::string_view path) const;

  Answer status(const Asked& asked) const;
  Answer fleet(const Asked& asked) const;
  Answer plan(const Asked& asked) const;
  Answer score(const Asked& asked) const;
  Answer cost(const Asked& asked) const;
  Answer accuracy(const Asked& asked) const;
  Answer actions(const Asked& asked) const;
  Answer what_if(const Asked& asked) const;
  Answer vm(const Asked& asked) const;
  Answer policy(const Asked& asked) const;
  Answer host(const Asked& asked) const;
  Answer agents(const Asked& asked) const;
  Answer me(const Asked& asked) const;
  Answer tokens(const Asked& asked) const;
  Answer audit(const Asked& asked) const;
  Answer audit_check(const Asked& asked) const;

  Result<Answer> pause(const Asked& asked) const;
  Result<Answer> resume(const Asked& asked) const;
  Result<Answer> drain(const Asked& asked) const;
  Result<Answer> undrain(const Asked& asked) const;
  Result<Answer> set_policy(const Asked& asked) const;
  About about_policy(const Asked& asked) const;
  Result<Answer> create_agent_token(const Asked& asked) const;
  Result<Answer> revoke_agent(const Asked& asked) const;
  Result<Answer> create_token(const Asked& asked) const;
  Result<Answer> revoke_token(const Asked& asked) const;

  ApiPorts ports_;
};

// A file of the built page, or why not. Only files that really lie below `directory` are read, links resolved.
Answer page_file(const std::filesystem::path& directory, const std::string& path);

}  // namespace headroom
