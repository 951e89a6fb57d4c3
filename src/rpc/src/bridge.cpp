#include "bridge.h"

#include <fmt/format.h>
#include <grpcpp/server_context.h>

#include <nlohmann/json.hpp>

#include "endpoint.h"
#include "from_json.h"

namespace headroom::rpc {
namespace {

using google::protobuf::Message;
using grpc::StatusCode;

// 403 is for two: those who may not, and what cannot be now.
StatusCode code_of(int status, const std::string& code) {
  switch (status) {
    case 400: return StatusCode::INVALID_ARGUMENT;
    case 401: return StatusCode::UNAUTHENTICATED;
    case 403: return code == "refused" ? StatusCode::FAILED_PRECONDITION : StatusCode::PERMISSION_DENIED;
    case 404: return StatusCode::NOT_FOUND;
    case 405: return StatusCode::UNIMPLEMENTED;
    case 413:
    case 429: return StatusCode::RESOURCE_EXHAUSTED;
    case 503: return StatusCode::UNAVAILABLE;
    default: return StatusCode::INTERNAL;
  }
}

grpc::Status to_status(const Answer& answer) {
  const auto problem = nlohmann::json::parse(answer.body, nullptr, false);
  const auto error = problem.is_object() ? problem.find("error") : problem.end();
  if (!problem.is_object() || error == problem.end()) return {code_of(answer.status, ""), "the manager gives no reason"};
  return {code_of(answer.status, error->value("code", "")), error->value("message", "")};
}

std::optional<std::string> header(const grpc::ServerContextBase& context, const char* name) {
  const auto found = context.client_metadata().find(name);
  if (found == context.client_metadata().end()) return std::nullopt;
  return std::string(found->second.data(), found->second.size());
}

// gRPC says "ipv4:192.0.2.7:4711" and "ipv6:%5B2001:db8::1%5D:4711", and so do its doors' logs not.
std::string address_of(std::string_view peer) {
  constexpr std::string_view kOpen = "%5B", kClose = "%5D";
  if (const auto open = peer.find(kOpen); open != std::string_view::npos) {
    const auto begin = open + kOpen.size();
    return std::string(peer.substr(begin, peer.find(kClose, begin) - begin));
  }
  const auto first = peer.find(':'), last = peer.rfind(':');
  return std::string(first == last ? peer : peer.substr(first + 1, last - first - 1));
}

}  // namespace

Sender Bridge::sender_of(const grpc::ServerContextBase& context) const {
  const grpc::string_ref authority = context.ExperimentalGetAuthority();
  return {called_.empty() ? address_of(context.peer()) : called_, std::string(authority.data(), authority.size()), header(context, "origin"),
          header(context, "authorization")};
}

grpc::Status Bridge::answer(const Sender& sender, const Message& message, Message& response) const {
  try {
    auto request = to_request(message);
    if (!request) return {StatusCode::INVALID_ARGUMENT, request.error().message};
    request->host = sender.authority;
    request->origin = sender.origin;
    request->authorization = sender.authorization;
    const auto caller = gate_->admit(*request, {sender.peer});
    const Answer answer = caller ? api_.answer(*request, *caller) : caller.error();
    if (answer.status != 200) return to_status(answer);
    const auto filled = fill(answer.body, response);
    return filled ? grpc::Status::OK : grpc::Status(StatusCode::INTERNAL, filled.error().message);
  } catch (const std::exception& e) {
    return {StatusCode::INTERNAL, fmt::format("the answer could not be made: {}", e.what())};
  }
}

}  // namespace headroom::rpc
