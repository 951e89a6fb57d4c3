#include "headroom/daemon/api.h"

#include <algorithm>

#include "api_table.h"
#include "headroom/daemon/policy_notes.h"

namespace headroom {
namespace {

constexpr std::string_view kPrefix = "/api/v1/";
constexpr std::string_view kName = "{name}";

// The name in `path`, "" where the pattern has none; nullopt: it is no such path.
std::optional<std::string> match(std::string_view pattern, std::string_view path) {
  const auto at = pattern.find(kName);
  if (at == std::string_view::npos) return pattern == path ? std::optional<std::string>("") : std::nullopt;
  const std::string_view before = pattern.substr(0, at), after = pattern.substr(at + kName.size());
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) return std::nullopt;
  return std::string(path.substr(before.size(), path.size() - before.size() - after.size()));
}

std::string_view method_of(const std::string& method) { return method == "HEAD" ? std::string_view("GET") : std::string_view(method); }

Answer no_method(const std::string& method, const std::string& allow) {
  Answer answer = refusal(405, "method_not_allowed", fmt::format("{} is not possible here; {} is", method, allow));
  answer.headers["Allow"] = allow;
  return answer;
}

}  // namespace

// More particular patterns stand before what would take them in.
const std::vector<Api::Row>& Api::table() {
  constexpr auto kViewer = access::Role::kViewer, kOperator = access::Role::kOperator, kAdmin = access::Role::kAdmin;
  static const std::vector<Row> kTable{
      {{"GET", "status", kViewer}, "read", &Api::status},
      {{"GET", "fleet", kViewer}, "read", &Api::fleet},
      {{"GET", "plan", kViewer}, "read", &Api::plan},
      {{"GET", "score", kViewer}, "read", &Api::score},
      {{"GET", "cost", kViewer}, "read", &Api::cost},
      {{"GET", "accuracy", kViewer}, "read", &Api::accuracy},
      {{"GET", "actions", kViewer}, "read", &Api::actions},
      {{"GET", "what-if", kViewer}, "read", &Api::what_if},
      {{"GET", "vms/{name}/policy", kViewer}, "read", &Api::policy},
      {{"GET", "vms/{name}", kViewer}, "read", &Api::vm},
      {{"GET", "hosts/{name}", kViewer}, "read", &Api::host},
      {{"GET", "agents", kViewer}, "read", &Api::agents},
      {{"GET", "access/me", kViewer}, "read", &Api::me},
      {{"GET", "access/tokens", kAdmin}, "token list", &Api::tokens},
      {{"GET", "audit", kAdmin}, "audit list", &Api::audit},
      {{"GET", "audit/check", kAdmin}, "audit verify", &Api::audit_check},
      {{"POST", "pause", kOperator}, "pause", nullptr, &Api::pause},
      {{"POST", "resume", kOperator}, "resume", nullptr, &Api::resume},
      {{"POST", "hosts/{name}/drain", kOperator}, "drain", nullptr, &Api::drain},
      {{"POST", "hosts/{name}/undrain", kOperator}, "undrain", nullptr, &Api::undrain},
      {{"POST", "vms/{name}/policy", kAdmin}, kPolicyAction, nullptr, &Api::set_policy, &Api::about_policy},
      {{"POST", "agents/tokens", kAdmin}, "agent token create", nullptr, &Api::create_agent_token},
      {{"POST", "agents/{name}/revoke", kAdmin}, "agent revoke", nullptr, &Api::revoke_agent},
      {{"POST", "access/tokens", kAdmin}, "token create", nullptr, &Api::create_token},
      {{"POST", "access/tokens/{name}/revoke", kAdmin}, "token revoke", nullptr, &Api::revoke_token},
  };
  return kTable;
}

std::vector<Endpoint> Api::endpoints() {
  std::vector<Endpoint> all;
  for (const Row& row : table()) all.push_back(row.endpoint);
  return all;
}

const Api::Row* Api::find_row(std::string_view method, std::string_view path) {
  const auto found = std::find_if(table().begin(), table().end(), [&](const Row& row) {
    return row.endpoint.method == method && match(row.endpoint.pattern, path);
  });
  return found == table().end() ? nullptr : &*found;
}

Answer Api::answer(const Request& request, const access::Caller& caller) const {
  const std::string_view method = method_of(request.method);
  if (!request.path.starts_with(kPrefix)) {
    // The page itself tells nothing; it asks for a token where one is needed.
    return method == "GET" ? page_file(ports_.page, request.path) : no_method(request.method, "GET, HEAD");
  }
  const std::string_view path = std::string_view(request.path).substr(kPrefix.size());
  const Row* row = find_row(method, path);
  if (row == nullptr) return no_such(request.method, path);
  const Asked asked{request, caller, *match(row->endpoint.pattern, path), ports_.board.read()};
  if (row->endpoint.role && !caller.may(*row->endpoint.role)) return keep_out(*row, asked);
  return row->change != nullptr ? change(*row, asked) : show(*row, asked);
}

Answer Api::no_such(const std::string& method, std::string_view path) const {
  const bool read = find_row("GET", path) != nullptr, written = find_row("POST", path) != nullptr;
  if (read || written) return no_method(method, read && written ? "GET, HEAD, POST" : read ? "GET, HEAD" : "POST");
  if (method_of(method) != "GET") return no_method(method, "GET, HEAD");
  return refusal(404, "not_found", "there is no such resource; docs/api.md lists them");
}

// Who only looked without a token is not worth an entry: a page that is open in a browser does it every second.
Answer Api::keep_out(const Row& row, const Asked& asked) const {
  const access::Role needed = *row.endpoint.role;
  const auto entry = [&] { return access::entry_by(asked.caller, std::string(row.action), asked.target()); };
  if (!asked.caller.role) {
    const std::string& lacks = asked.caller.lacks;
    if (row.change != nullptr || !lacks.empty()) ports_.books.audit->refuse(entry(), lacks.empty() ? "no token" : lacks);
    Answer answer = refusal(401, "unauthorized", lacks.empty() ? "this takes a token, sent as Authorization: Bearer TOKEN; headroom access token create makes one"
                                                               : fmt::format("{} may do nothing here without a token: {}", asked.caller.who, lacks));
    answer.headers["WWW-Authenticate"] = "Bearer realm=\"headroom\"";
    return answer;
  }
  ports_.books.audit->refuse(entry(), fmt::format("it takes the role {}", access::name(needed)));
  return refusal(403, "forbidden", fmt::format("this takes the role {}, and {} has the role {}", access::name(needed), asked.caller.who,
                                               access::name(*asked.caller.role)));
}

Answer Api::show(const Row& row, const Asked& asked) const {
  if (!asked.state) return refusal(503, "not_ready", "the manager is starting; ask again in a moment");
  return (this->*row.show)(asked);
}

Answer Api::change(const Row& row, const Asked& asked) const {
  About about = row.about != nullptr ? (this->*row.about)(asked) : About{asked.target()};
  access::AuditEntry entry = access::entry_by(asked.caller, std::string(row.action), std::move(about.target));
  entry.outcome = std::move(about.asked);
  std::string done;
  const auto make = [&] {
    auto answer = (this->*row.change)(asked);
    if (answer) done = answer->done;
    return answer;
  };
  const auto made = ports_.books.audit->around(std::move(entry), make, [&] { return done; });
  return made ? *made : refusal(made.error());
}

}  // namespace headroom
