#include "headroom/daemon/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "headroom/daemon/change_words.h"
#include "headroom/daemon/json.h"

namespace headroom {
namespace {

constexpr std::string_view kPrefix = "/api/v1/";
constexpr std::size_t kActionsOfOne = 50;
constexpr std::size_t kActionsDefault = 100, kActionsMost = 1000;

Answer json(const nlohmann::json& object) {
  Answer answer;
  // A trace may bear any name; what is no UTF-8 in it is shown as such rather than thrown over.
  answer.body = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  return answer;
}

Answer no_method(const std::string& method, std::string allow) {
  Answer answer = refusal(405, "method_not_allowed", fmt::format("{} is not possible here; {} is", method, allow));
  answer.allow = std::move(allow);
  return answer;
}

// "hosts/NAME/drain" and its opposite: the name, which may have slashes of its own.
std::optional<std::string> host_in(const std::string& path, std::string_view verb) {
  constexpr std::string_view kHosts = "hosts/";
  if (!path.starts_with(kHosts) || !path.ends_with(verb) || path.size() <= kHosts.size() + verb.size()) return std::nullopt;
  return path.substr(kHosts.size(), path.size() - kHosts.size() - verb.size());
}

bool is_change(const std::string& path) { return path == "pause" || path == "resume" || host_in(path, "/drain") || host_in(path, "/undrain"); }

template <class Sorted>
auto* find_by_name(Sorted& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const Vm* find_by_uuid(const std::vector<Vm>& vms, const std::string& uuid) {
  const auto found = std::find_if(vms.begin(), vms.end(), [&](const Vm& vm) { return vm.uuid == uuid; });
  return found == vms.end() ? nullptr : &*found;
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kFailed: return 500;
    case ErrorCode::kInvalid: return 400;
    case ErrorCode::kNotFound: return 404;
    case ErrorCode::kRefused: return 403;
    case ErrorCode::kUnreachable: return 503;
  }
  return 500;
}

}  // namespace

Answer refusal(int status, std::string_view code, const std::string& message) {
  Answer answer = json({{"error", {{"code", code}, {"message", message}}}});
  answer.status = status;
  return answer;
}

Answer Api::answer(const Request& request, bool may_change) const {
  const bool of_api = request.path.starts_with(kPrefix);
  const std::string path = of_api ? request.path.substr(kPrefix.size()) : std::string();
  // A host may be called as a change ends: reading it is no change.
  if (request.method == "POST" ? is_change(path) : path == "pause" || path == "resume") {
    if (request.method != "POST") return no_method(request.method, "POST");
    return change(path, may_change);
  }
  if (request.method != "GET" && request.method != "HEAD") return no_method(request.method, "GET, HEAD");
  if (of_api) return resource(path, request);
  return page_file(ports_.page, request.path);
}

Answer Api::change(const std::string& path, bool may_change) const {
  if (!may_change)
    return refusal(405, "method_not_allowed",
                   "this door is read-only; changes go through the Unix socket (headroom pause, headroom resume, headroom host drain)");
  const auto done = make(path);
  if (done) return json(status_json(*ports_.board.read()));
  return refusal(status_of(done.error().code), done.error().code == ErrorCode::kNotFound ? "not_found" : "refused", done.error().message);
}

Result<void> Api::make(const std::string& change) const {
  if (const auto host = host_in(change, "/drain")) return ports_.set_drained(*host, true);
  if (const auto host = host_in(change, "/undrain")) return ports_.set_drained(*host, false);
  return ports_.set_paused(change == "pause");
}

Answer Api::resource(const std::string& path, const Request& request) const {
  const auto state = ports_.board.read();
  if (!state) return refusal(503, "not_ready", "the manager is starting; ask again in a moment");
  if (path == "status") return json(status_json(*state));
  if (path == "fleet") return json(fleet_json(*state));
  if (path == "plan") return json(plan_json(*state));
  if (path == "score") return json(score_json(*state));
  if (path == "cost") return json(cost_json(*state));
  if (path == "accuracy") return json(accuracy_json(*state));
  if (path == "actions") return actions(*state, request);
  if (path == "what-if") return what_if(*state, request);
  if (path.starts_with("vms/")) return vm(*state, path.substr(4));
  if (path.starts_with("hosts/")) return host(*state, path.substr(6));
  return refusal(404, "not_found", "there is no such resource; docs/api.md lists them");
}

Answer Api::vm(const State& state, const std::string& name) const {
  const Vm* vm = find_by_name(state.snapshot.vms, name);
  if (!vm) vm = find_by_uuid(state.snapshot.vms, name);  // two hosts may have VMs of one name
  if (!vm) return refusal(404, "not_found", fmt::format("no VM is called '{}'; headroom get vms lists them", name));
  const Instant now = state.snapshot.taken_at;
  auto samples = ports_.history.read(vm->uuid, now - Trail::kSpan + Duration(1), now + Duration(1));
  if (!samples) return refusal(500, "history", samples.error().message);
  VmDetail detail;
  detail.samples = std::move(*samples);
  detail.allocations = ports_.board.trail.allocations(vm->id);
  detail.actions = ports_.board.log.of_vm(name, kActionsOfOne);
  detail.denied = ports_.board.log.denied_of(name, kActionsOfOne);
  return json(vm_json(state, *vm, detail));
}

Answer Api::host(const State& state, const std::string& name) const {
  const Host* host = find_by_name(state.snapshot.hosts, name);
  if (!host) return refusal(404, "not_found", fmt::format("no host is called '{}'; headroom get hosts lists them", name));
  return json(host_json(state, *host, {ports_.board.trail.cpu(host->id), ports_.board.log.of_host(name, kActionsOfOne)}));
}

Answer Api::actions(const State& state, const Request& request) const {
  std::size_t limit = kActionsDefault;
  if (const auto asked = request.query.find("limit"); asked != request.query.end()) {
    const std::string& text = asked->second;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size() || limit < 1 || limit > kActionsMost)
      return refusal(400, "bad_request", fmt::format("limit is a number from 1 to {}", kActionsMost));
  }
  return json(actions_json(state, ports_.board.log.newest(limit)));
}

Answer Api::what_if(const State& state, const Request& request) const {
  if (state.round == 0) return refusal(503, "not_ready", "nothing is forecast before the first round; ask again in a moment");
  std::vector<std::string> texts;
  const auto [first, last] = request.query.equal_range("change");
  for (auto change = first; change != last; ++change) texts.push_back(change->second);
  const auto changes = parse_changes(texts);
  if (!changes) return refusal(status_of(changes.error().code), "bad_request", changes.error().message);
  const auto answer = headroom::what_if(state.snapshot, state.run->decides, *changes);
  if (answer) return json(what_if_json(state.snapshot, texts, *answer));
  const bool missing = answer.error().code == ErrorCode::kNotFound;
  return refusal(status_of(answer.error().code), missing ? "not_found" : "bad_request", answer.error().message);
}

HostGuard::HostGuard(const std::string& address, int port) {
  const std::string shown = address.find(':') == std::string::npos ? address : "[" + address + "]";
  for (const std::string& name : {shown, std::string("localhost")}) {
    hosts_.push_back(fmt::format("{}:{}", name, port));
    if (port == 80) hosts_.push_back(name);
  }
}

std::optional<Answer> HostGuard::refuse(const Request& request) const {
  const auto known = [this](const std::string& host) { return std::find(hosts_.begin(), hosts_.end(), host) != hosts_.end(); };
  if (!request.host || !known(*request.host))
    return refusal(403, "forbidden", fmt::format("the Host header must be {}", hosts_.front()));
  constexpr std::string_view kHttp = "http://";
  if (request.origin && !(request.origin->starts_with(kHttp) && known(request.origin->substr(kHttp.size()))))
    return refusal(403, "forbidden", "requests of other sites are refused");
  return std::nullopt;
}

}  // namespace headroom
