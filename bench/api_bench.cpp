// What a call of the API costs the manager: headroomd itself when a replay of the bundled fleet is over, asked through its Unix sockets by one
// client, over gRPC on one connection, and over HTTP, which has a connection a request.
#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <httplib.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "bench.h"
#include "headroom/base/clock.h"
#include "headroom/base/stop.h"
#include "headroom_api.grpc.pb.h"
#include "programs.h"

namespace headroom::bench {
namespace {

constexpr double kCountedSeconds = 4;
constexpr Duration kUntilOver = std::chrono::minutes(2);

struct Client {
  explicit Client(const std::filesystem::path& folder)
      : http((folder / "http").string()), channel(grpc::CreateChannel("unix:" + (folder / "grpc").string(), grpc::InsecureChannelCredentials())),
        fleet(v1::FleetService::NewStub(channel)) {
    http.set_address_family(AF_UNIX);
    http.set_default_headers({{"Host", "localhost"}});
  }
  // As read as a message is.
  bool get(const std::string& path) {
    const auto answer = http.Get("/api/v1/" + path);
    return answer && answer->status == 200 && nlohmann::json::parse(answer->body, nullptr, false).is_object();
  }
  template <class Question, class Reply>
  bool call(grpc::Status (v1::FleetService::Stub::*method)(grpc::ClientContext*, const Question&, Reply*), const Question& request) {
    grpc::ClientContext context;
    Reply answer;
    return (fleet.get()->*method)(&context, request, &answer).ok();
  }

  httplib::Client http;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::FleetService::Stub> fleet;
};

// Calls per CPU-second of either side; 0: one failed.
struct Speed {
  double manager = 0, client = 0;
};

Speed speed_of(const Program& manager, const std::function<bool()>& call) {
  if (!call()) return {};
  const double manager_before = manager.cpu_seconds(), client_before = cpu_seconds();
  const Stopwatch watch;
  int calls = 0;
  for (; watch.seconds() < kCountedSeconds; ++calls)
    if (!call()) return {};
  return {calls / (manager.cpu_seconds() - manager_before), calls / (cpu_seconds() - client_before)};
}

bool is_over(Client& client) {
  const auto answer = client.http.Get("/api/v1/status");
  return answer && answer->status == 200 && nlohmann::json::parse(answer->body).at("state") == "finished";
}

void compare(const std::string& name, const Program& manager, const std::function<bool()>& by_grpc, const std::function<bool()>& by_http, std::vector<Figure>& figures) {
  const Speed grpc = speed_of(manager, by_grpc), http = speed_of(manager, by_http);
  figures.push_back({name, "calls per CPU-second of the manager, over gRPC", grpc.manager, {{"over HTTP", http.manager}}});
  figures.push_back({name + "_client", "calls per CPU-second of the client, over gRPC", grpc.client, {{"over HTTP, JSON read", http.client}}});
}

}  // namespace

Result<std::vector<Figure>> api_bench(const Setting& setting) {
  const Program manager({HEADROOM_MANAGER_PROGRAM, "--compare", "none", "--take", "0", "--window", "2013-08-10,2013-08-10T06:00:00Z", "--listen", "127.0.0.1:0", "--socket",
                         (setting.scratch / "http").string(), "--grpc-listen", "unix:" + (setting.scratch / "grpc").string()});
  Client client(setting.scratch);
  if (!poll_until([&] { return is_over(client); }, kUntilOver)) return fail(ErrorCode::kFailed, "headroomd's replay did not come to its end");
  const std::string vm = nlohmann::json::parse(client.http.Get("/api/v1/fleet")->body).at("vms").at(0).at("name");
  v1::GetVmRequest one;
  one.set_name(vm);
  using Stub = v1::FleetService::Stub;
  std::vector<Figure> figures;
  compare("status", manager, [&] { return client.call(&Stub::GetStatus, v1::GetStatusRequest()); }, [&] { return client.get("status"); }, figures);
  compare("vms", manager, [&] { return client.call(&Stub::ListVms, v1::ListVmsRequest()); }, [&] { return client.get("fleet"); }, figures);
  compare("vm", manager, [&] { return client.call(&Stub::GetVm, one); }, [&] { return client.get("vms/" + vm); }, figures);
  for (const Figure& f : figures)
    if (f.value == 0 || f.beside.front().value == 0) return fail(ErrorCode::kFailed, fmt::format("a call for {} failed", f.name));
  return figures;
}

}  // namespace headroom::bench
