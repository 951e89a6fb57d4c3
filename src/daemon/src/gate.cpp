#include "headroom/daemon/gate.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>

namespace headroom {
namespace {

constexpr std::string_view kBearer = "Bearer ";

// None: no token was sent. Other schemes are a proxy's business.
std::optional<std::string> token_of(const Request& request) {
  if (!request.authorization || request.authorization->size() < kBearer.size() ||
      strncasecmp(request.authorization->c_str(), kBearer.data(), kBearer.size()) != 0)
    return std::nullopt;
  return request.authorization->substr(kBearer.size());
}

tl::unexpected<Answer> keep_out(Answer answer) { return tl::unexpected<Answer>(std::move(answer)); }

}  // namespace

void Gate::turned_away(const std::string&, const std::string&) {}

LoopbackGate::LoopbackGate(const std::string& address, int port) {
  const std::string shown = address.find(':') == std::string::npos ? address : "[" + address + "]";
  for (const std::string& name : {shown, std::string("localhost")}) {
    hosts_.push_back(fmt::format("{}:{}", name, port));
    if (port == 80) hosts_.push_back(name);
  }
}

Admission LoopbackGate::admit(const Request& request, const CameFrom& from) {
  const auto known = [this](const std::string& host) { return std::find(hosts_.begin(), hosts_.end(), host) != hosts_.end(); };
  if (!request.host || !known(*request.host))
    return keep_out(refusal(403, "forbidden", fmt::format("the Host header must be {}", hosts_.front())));
  constexpr std::string_view kHttp = "http://";
  if (request.origin && !(request.origin->starts_with(kHttp) && known(request.origin->substr(kHttp.size()))))
    return keep_out(refusal(403, "forbidden", "requests of other sites are refused"));
  if (token_of(request))
    return keep_out(refusal(400, "bad_request", "this door is without TLS and takes no tokens: this one went in the clear, revoke it; "
                                                "give headroomd --tls-cert and --tls-key"));
  return access::Caller{"anybody", access::Role::kViewer, from.address};
}

Admission TokenGate::admit(const Request& request, const CameFrom& from) {
  if (!request.host) return keep_out(refusal(400, "bad_request", "a request has a Host header"));
  if (request.origin && *request.origin != "https://" + *request.host)
    return keep_out(refusal(403, "forbidden", "requests of other sites are refused"));
  const auto text = token_of(request);
  if (!text) return from.certificate ? *from.certificate : access::Caller{"anybody", std::nullopt, from.address};
  const Instant now = clock_.now();
  if (const Duration wait = throttle_.blocked_for(from.address, now); wait > Duration(0)) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    Answer answer = refusal(429, "too_many", fmt::format("too many wrong tokens came from {}; try again in {} s", from.address, seconds));
    answer.headers["Retry-After"] = fmt::format("{}", seconds);
    return keep_out(std::move(answer));
  }
  const auto token = books_.tokens->check(*text);
  if (token) return access::Caller{"token " + token->name, token->role, from.address};
  throttle_.note_failure(from.address, now);
  books_.audit->refuse(access::entry_by({"anybody", std::nullopt, from.address}, "log in", ""), token.error().message);
  Answer answer = refusal(401, "unauthorized", token.error().message);
  answer.headers["WWW-Authenticate"] = "Bearer realm=\"headroom\", error=\"invalid_token\"";
  return keep_out(std::move(answer));
}

void TokenGate::turned_away(const std::string& address, const std::string& why) {
  books_.audit->refuse(access::entry_by({"anybody", std::nullopt, address}, "log in", ""), why);
}

Admission SocketGate::admit(const Request& request, const CameFrom& from) {
  if (request.origin) return keep_out(refusal(403, "forbidden", "no web page has business here"));
  return access::Caller{from.address, access::Role::kAdmin, "socket"};
}

}  // namespace headroom
