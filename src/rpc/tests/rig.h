// What the tests of gRPC stand on: an API over a still board behind a real server, and clients of it.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <map>
#include <string>

#include "../../daemon/tests/tls_rig.h"
#include "headroom/rpc/server.h"
#include "headroom_api.grpc.pb.h"

namespace headroom::testing {

using Channel = std::shared_ptr<grpc::Channel>;

// A connection of its own, not one that another channel of this process has.
inline Channel connect(const std::string& target, const std::shared_ptr<grpc::ChannelCredentials>& credentials, const std::string& authority = {}) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(-1);
  if (!authority.empty()) arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, authority);
  return grpc::CreateCustomChannel(target, credentials, arguments);
}

// What a call says beside its request.
struct Asking {
  std::string token;
  Duration patience = std::chrono::seconds(20);
  std::map<std::string, std::string> metadata{};
};

inline void prepare(grpc::ClientContext& context, const Asking& asking) {
  context.set_deadline(std::chrono::system_clock::time_point(SystemClock().now() + asking.patience));
  if (!asking.token.empty()) context.AddMetadata("authorization", "Bearer " + asking.token);
  for (const auto& [key, value] : asking.metadata) context.AddMetadata(key, value);
}

struct Told {
  grpc::Status status;
  std::string bytes;   // of the answer
};

// Any unary method, by its path.
inline Told call(const Channel& channel, const std::string& method, const std::string& request, const Asking& asking = {}) {
  grpc::ClientContext context;
  prepare(context, asking);
  grpc::CompletionQueue queue;
  const grpc::Slice slice(request);
  const auto pending = grpc::GenericStub(channel).PrepareUnaryCall(&context, method, grpc::ByteBuffer(&slice, 1), &queue);
  Told told;
  grpc::ByteBuffer answer;
  pending->StartCall();
  pending->Finish(&answer, &told.status, nullptr);
  void* tag = nullptr;
  bool good = false;
  queue.Next(&tag, &good);
  std::vector<grpc::Slice> parts;
  if (told.status.ok() && answer.Dump(&parts).ok())
    for (const grpc::Slice& part : parts) told.bytes.append(reinterpret_cast<const char*>(part.begin()), part.size());
  return told;
}

// The typed one.
template <class Stub, class Request, class Answer>
grpc::Status ask(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Answer*), const Request& request, Answer& answer,
                 const Asking& asking = {}) {
  grpc::ClientContext context;
  prepare(context, asking);
  return (stub.*method)(&context, request, &answer);
}

inline grpc::Status status(const Channel& channel, const Asking& asking = {}) {
  v1::ManagerStatus answer;
  const auto stub = v1::FleetService::NewStub(channel);
  return ask(*stub, &v1::FleetService::Stub::GetStatus, v1::GetStatusRequest(), answer, asking);
}

inline grpc::Status pause(const Channel& channel, const Asking& asking = {}) {
  v1::ManagerStatus answer;
  const auto stub = v1::ControlService::NewStub(channel);
  return ask(*stub, &v1::ControlService::Stub::Pause, v1::PauseRequest(), answer, asking);
}

// Before there are threads.
inline const bool kTls13Only = (rpc::take_tls_13_only(), true);

// In the clear, on a free loopback port.
struct Served : StillApi {
  std::unique_ptr<rpc::Server> server = rpc::Server::open({{{}, {"127.0.0.1", 0}}, std::nullopt}, api, books, clock).value();
  Channel channel = connect(server->target(), grpc::InsecureChannelCredentials());
};

struct TlsServed : StillApi {
  TlsFiles files = make_certificate(folder);
  std::unique_ptr<rpc::Server> server = rpc::Server::open({{{}, {"127.0.0.1", 0}}, files}, api, books, clock).value();
  Channel channel = connect(server->target(), trusting(files));

  std::shared_ptr<grpc::ChannelCredentials> trusting(const TlsFiles& believed) const {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = folder.read(believed.certificate.filename().string());
    return grpc::SslCredentials(options);
  }
};

// Over a Unix socket: an admin.
struct SocketServed : StillApi {
  std::filesystem::path path = folder / "grpc.sock";
  std::unique_ptr<rpc::Server> server = rpc::Server::open({{path, {}}, std::nullopt}, api, books, clock).value();
  Channel channel = connect(server->target(), grpc::InsecureChannelCredentials());
};

}  // namespace headroom::testing
