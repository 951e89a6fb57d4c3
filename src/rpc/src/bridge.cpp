#include "bridge.h"

#include <fmt/format.h>
#include <grpc/grpc_security_constants.h>
#include <grpcpp/server_context.h>

#include <nlohmann/json.hpp>

#include "endpoint.h"
#include "from_json.h"
#include "headroom/access/client_certificate.h"

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

// Its own, and what it sent along.
std::string certificates_of(const grpc::ServerContextBase& context) {
  std::string all;
  const auto proven = context.auth_context();
  for (const char* property : {GRPC_X509_PEM_CERT_PROPERTY_NAME, GRPC_X509_PEM_CERT_CHAIN_PROPERTY_NAME})
    for (const grpc::string_ref& text : proven->FindPropertyValues(property)) all.append(text.data(), text.size());
  return all;
}

// Of "ipv4:192.0.2.7:4711" and "ipv6:%5B2001:db8::1%5D:4711".
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
  return {at_.called.empty() ? address_of(context.peer()) : at_.called, std::string(authority.data(), authority.size()), header(context, "origin"),
          header(context, "authorization"), at_.authorities ? certificates_of(context) : std::string()};
}

tl::expected<CameFrom, grpc::Status> Bridge::came_from(const Sender& sender) const {
  CameFrom from{sender.peer};
  if (sender.certificates.empty() || !at_.authorities) return from;
  if (const std::string why = at_.authorities->now()->doubt(sender.certificates, clock_.now()); !why.empty()) {
    at_.gate->turned_away(sender.peer, why);
    return tl::unexpected<grpc::Status>(grpc::Status(StatusCode::UNAUTHENTICATED, why));
  }
  from.certificate = access::caller_by_certificate(sender.certificates, sender.peer);
  return from;
}

grpc::Status Bridge::answer(const Sender& sender, const Message& message, Message& response) const {
  try {
    auto request = to_request(message);
    if (!request) return {StatusCode::INVALID_ARGUMENT, request.error().message};
    request->host = sender.authority;
    request->origin = sender.origin;
    request->authorization = sender.authorization;
    const auto from = came_from(sender);
    if (!from) return from.error();
    const auto caller = at_.gate->admit(*request, *from);
    const Answer answer = caller ? api_.answer(*request, *caller) : caller.error();
    if (answer.status != 200) return to_status(answer);
    const auto filled = fill(answer.body, response);
    return filled ? grpc::Status::OK : grpc::Status(StatusCode::INTERNAL, filled.error().message);
  } catch (const std::exception& e) {
    return {StatusCode::INTERNAL, fmt::format("the answer could not be made: {}", e.what())};
  }
}

}  // namespace headroom::rpc
