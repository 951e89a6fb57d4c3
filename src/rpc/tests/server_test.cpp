// A real server and real clients: who may do what, and what bounds hold.
#include "headroom/rpc/server.h"

#include <gmock/gmock.h>
#include <google/protobuf/message.h>
#include <sys/stat.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "../src/endpoint.h"
#include "rig.h"

namespace headroom::rpc {
namespace {

using access::Role;
using grpc::StatusCode;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::ask;
using testing::Asking;
using testing::call;
using testing::connect;
using testing::make_certificate;
using testing::pause;
using testing::Served;
using testing::SocketServed;
using testing::status;
using testing::StillApi;
using testing::TlsServed;

std::string path_of(const google::protobuf::MethodDescriptor& method) { return fmt::format("/{}/{}", method.service()->full_name(), method.name()); }

// A request of a method, about h1 or the VM there.
std::string request_of(const google::protobuf::MethodDescriptor& method) {
  const std::unique_ptr<google::protobuf::Message> request(google::protobuf::MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
  if (const auto* name = method.input_type()->FindFieldByName("name"))
    request->GetReflection()->SetString(request.get(), name, endpoint_of(method).find("vms/") != std::string::npos ? "web/1" : "h1");
  return request->SerializeAsString();
}

// Written out again, so that no method's role can change unnoticed.
Role expected(const google::protobuf::MethodDescriptor& method) {
  const std::string service = method.service()->name(), name = method.name();
  if (service == "ControlService") return name == "SetVmPolicy" ? Role::kAdmin : Role::kOperator;
  if (service == "AccessService" && name != "WhoAmI") return Role::kAdmin;
  return service == "AgentService" && name != "ListAgents" ? Role::kAdmin : Role::kViewer;
}

TEST(Roles, EveryMethodLetsInItsRoleAndNoLesserOne) {
  TlsServed rig;
  const std::map<Role, std::string> tokens{{Role::kViewer, rig.token("v", Role::kViewer)}, {Role::kOperator, rig.token("o", Role::kOperator)}, {Role::kAdmin, rig.token("a", Role::kAdmin)}};
  std::size_t methods = 0;
  for (const auto* service : services()) {
    for (int i = 0; i < service->method_count(); ++i, ++methods) {
      const auto& method = *service->method(i);
      EXPECT_EQ(call(rig.channel, path_of(method), request_of(method)).status.error_code(), StatusCode::UNAUTHENTICATED) << method.full_name();
      if (method.server_streaming()) continue;   // watch_test.cpp
      for (const auto& [role, token] : tokens) {
        if (role >= expected(method) && method.name().ends_with("rainHost")) continue;   // there is no run behind this API that could
        const StatusCode code = call(rig.channel, path_of(method), request_of(method), {token}).status.error_code();
        const std::string where = fmt::format("{} as {}", method.full_name(), access::name(role));
        if (role < expected(method)) EXPECT_EQ(code, StatusCode::PERMISSION_DENIED) << where;
        else EXPECT_THAT(code, AnyOf(StatusCode::OK, StatusCode::INVALID_ARGUMENT, StatusCode::NOT_FOUND, StatusCode::UNAVAILABLE)) << where;
      }
    }
  }
  EXPECT_GE(methods, 28U);
}

TEST(Roles, AChangeIsInTheAuditLogWithWhoMadeItAndFromWhere) {
  TlsServed rig;
  EXPECT_TRUE(pause(rig.channel, {rig.token("ci", Role::kOperator)}).ok());
  EXPECT_EQ(rig.pauses, 1);
  EXPECT_EQ(pause(rig.channel, {rig.token("look", Role::kViewer)}).error_message(), "this takes the role operator, and token look has the role viewer");
  EXPECT_EQ(rig.pauses, 1);
  EXPECT_THAT(rig.entries(), ::testing::ElementsAre("token ci pause : allowed", "token ci pause : done", "token look pause : refused: it takes the role operator"));
  EXPECT_EQ(rig.books.audit->newest(1)->front().entry.from, "127.0.0.1");
}

TEST(Roles, ATokenThatIsWrongRevokedOrOverIsRefusedAndGuessingIsSlowedDown) {
  TlsServed rig;
  const std::string revoked = rig.token("r", Role::kAdmin), good = rig.token("g", Role::kAdmin);
  const std::string over = rig.books.tokens->create({"x", Role::kAdmin, std::chrono::hours(1)})->text;
  ASSERT_TRUE(rig.books.tokens->revoke("r").has_value());
  rig.clock.set(rig.clock.now() + std::chrono::hours(1));
  for (const std::string& bad : {revoked, over, std::string("x"), std::string("hrt_00000000_"), std::string("hrt_1")})
    EXPECT_EQ(status(rig.channel, {bad}).error_code(), StatusCode::UNAUTHENTICATED) << bad;
  EXPECT_THAT(rig.entries(), Contains("anybody log in : refused: the token 'r' was revoked"));
  const grpc::Status blocked = status(rig.channel, {good});
  EXPECT_EQ(blocked.error_code(), StatusCode::RESOURCE_EXHAUSTED) << "even the right one, or guessing would go on";
  EXPECT_THAT(blocked.error_message(), HasSubstr("too many wrong tokens"));
  rig.clock.set(rig.clock.now() + std::chrono::seconds(10));
  EXPECT_TRUE(status(rig.channel, {good}).ok());
}

TEST(Clear, AnybodyOnThisMachineMayLookAndChangeNothing) {
  Served rig;
  EXPECT_TRUE(status(rig.channel).ok());
  const grpc::Status refused = pause(rig.channel);
  EXPECT_EQ(refused.error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(refused.error_message(), "this takes the role operator, and anybody has the role viewer");
  EXPECT_EQ(rig.pauses, 0);
  const grpc::Status token = status(rig.channel, {"hrt_x"});
  EXPECT_EQ(token.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(token.error_message(), HasSubstr("takes no tokens"));
}

TEST(Clear, AnotherNameOrAnotherSiteIsRefused) {
  Served rig;
  EXPECT_EQ(status(connect(rig.server->target(), grpc::InsecureChannelCredentials(), "evil.example")).error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(status(rig.channel, {.token = {}, .metadata = {{"origin", "https://evil.example"}}}).error_code(), StatusCode::PERMISSION_DENIED);
  const std::string port = rig.server->target().substr(rig.server->target().rfind(':'));
  EXPECT_TRUE(status(connect(rig.server->target(), grpc::InsecureChannelCredentials(), "localhost" + port)).ok());
}

TEST(Clear, IsForLoopbackAddressesOnly) {
  StillApi rig;
  const auto server = Server::open({{{}, {"0.0.0.0", 0}}, std::nullopt}, rig.api, rig.books, rig.clock);
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(server.error().code, ErrorCode::kInvalid);
  EXPECT_THAT(server.error().message, HasSubstr("--grpc-listen '0.0.0.0:0' is no loopback address"));
}

TEST(Socket, IsItsOwnersAlone) {
  SocketServed rig;
  struct stat file{};
  ASSERT_EQ(stat(rig.path.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600U);
  v1::Caller who;
  const auto stub = v1::AccessService::NewStub(rig.channel);
  ASSERT_TRUE(ask(*stub, &v1::AccessService::Stub::WhoAmI, v1::WhoAmIRequest(), who).ok());
  EXPECT_THAT(who.who(), HasSubstr(fmt::format("uid {}", geteuid())));
  EXPECT_EQ(who.role(), "admin");
  EXPECT_EQ(who.from(), "socket");
  EXPECT_TRUE(pause(rig.channel).ok());
  rig.server.reset();
  EXPECT_NE(stat(rig.path.c_str(), &file), 0) << "gone with the server";
}

TEST(Tls, IsNotSpokenWithStrangersAndGoesOn) {
  TlsServed rig;
  const std::string token = rig.token("v", Role::kViewer);
  const Asking quick{token, std::chrono::seconds(5)};
  const auto other = make_certificate(rig.folder, "other");
  EXPECT_EQ(status(connect(rig.server->target(), rig.trusting(other)), quick).error_code(), StatusCode::UNAVAILABLE) << "a server that it does not trust";
  EXPECT_EQ(status(connect(rig.server->target(), grpc::InsecureChannelCredentials()), quick).error_code(), StatusCode::UNAVAILABLE) << "in the clear";
  EXPECT_TRUE(status(rig.channel, {token}).ok());
}

TEST(Tls, FilesThatDoNotDoAreOneClearError) {
  StillApi rig;
  const auto server = Server::open({{{}, {"127.0.0.1", 0}}, TlsFiles{rig.folder / "none", rig.folder / "none"}}, rig.api, rig.books, rig.clock);
  ASSERT_FALSE(server.has_value());
  EXPECT_THAT(server.error().message, HasSubstr("--tls-key"));
}

TEST(Address, ThatIsTakenIsToldAndNotShared) {
  Served rig;
  const auto second = Server::open({*parse_where(rig.server->target()), std::nullopt}, rig.api, rig.books, rig.clock);
  ASSERT_FALSE(second.has_value());
  EXPECT_THAT(second.error().message, AllOf(HasSubstr("cannot listen on"), HasSubstr("give another --grpc-listen")));
}

TEST(Address, IsReadOrRefused) {
  EXPECT_EQ(parse_where("unix:/run/x.sock")->socket, "/run/x.sock");
  EXPECT_EQ(parse_where("[::1]:7476")->at.address, "::1");
  for (const char* bad : {"", "unix:", "7476", "host:7476", "127.0.0.1:99999"}) {
    const auto where = parse_where(bad);
    ASSERT_FALSE(where.has_value()) << bad;
    EXPECT_THAT(where.error().message, HasSubstr("--grpc-listen")) << bad;
  }
}

TEST(Errors, AreTheSentencesOfHttpWithTheFittingCode) {
  SocketServed rig;
  const auto stub = v1::FleetService::NewStub(rig.channel);
  v1::GetVmRequest request;
  v1::Vm answer;
  EXPECT_EQ(ask(*stub, &v1::FleetService::Stub::GetVm, request, answer).error_code(), StatusCode::INVALID_ARGUMENT) << "no name";
  request.set_name("none");
  const grpc::Status none = ask(*stub, &v1::FleetService::Stub::GetVm, request, answer);
  EXPECT_EQ(none.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(none.error_message(), "no VM is called 'none'; headroom get vms lists them");
  const auto plans = v1::PlanService::NewStub(rig.channel);
  v1::ListActionsRequest too_many;
  too_many.set_limit(1001);
  v1::ActionList actions;
  const grpc::Status bound = ask(*plans, &v1::PlanService::Stub::ListActions, too_many, actions);
  EXPECT_EQ(bound.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(bound.error_message(), "limit is a number from 1 to 1000");
  EXPECT_EQ(call(rig.channel, "/headroom.v1.FleetService/Sing", "").status.error_code(), StatusCode::UNIMPLEMENTED);
}

TEST(Errors, WhatCannotBeNowIsAFailedPrecondition) {
  StillApi rig;
  const Api over({rig.board, *rig.history, rig.books, [](bool) -> Result<void> { return fail(ErrorCode::kRefused, "the replay is over"); }, "/none"});
  const auto server = Server::open({{rig.folder / "s", {}}, std::nullopt}, over, rig.books, rig.clock).value();
  const grpc::Status status = pause(connect(server->target(), grpc::InsecureChannelCredentials()));
  EXPECT_EQ(status.error_code(), StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(status.error_message(), "the replay is over");
}

TEST(Bounds, ALongMessageIsRefusedUnread) {
  Served rig;
  v1::GetVmRequest request;
  request.set_name(std::string(64 << 10, 'x'));
  EXPECT_EQ(call(rig.channel, "/headroom.v1.FleetService/GetVm", request.SerializeAsString()).status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status(rig.channel, {.token = {}, .metadata = {{"x-long", std::string(20 << 10, 'x')}}}).error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_FALSE(call(rig.channel, "/headroom.v1.FleetService/GetVm", "\xff\xff\xff").status.ok()) << "no protobuf";
  EXPECT_TRUE(status(rig.channel).ok());
}

TEST(Bounds, AHundredClientsAreAllAnswered) {
  Served rig;
  std::atomic<int> answered = 0;
  std::vector<std::thread> clients;
  for (int i = 0; i < 100; ++i)
    clients.emplace_back([&] {
      const auto own = connect(rig.server->target(), grpc::InsecureChannelCredentials());
      for (int k = 0; k < 3; ++k) answered += status(own).ok() ? 1 : 0;
    });
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(answered, 300);
}

// An API whose changes take until they are let go.
struct Slow : StillApi {
  ~Slow() { let_go(); }
  void let_go() {
    const std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
  void wait_for_begun(int count) {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(20), [&] { return begun >= count; })) << begun;
  }
  Result<void> hold() {
    std::unique_lock lock(mutex);
    ++begun;
    changed.notify_all();
    changed.wait(lock, [this] { return open; });
    return {};
  }
  // Whoever calls.
  std::thread client(StatusCode& code, const Asking& asking = {}) {
    return std::thread([this, &code, asking] { code = pause(channel, asking).error_code(); });
  }

  std::mutex mutex;
  std::condition_variable changed;
  int begun = 0;
  bool open = false;
  Api held{{board, *history, books, [this](bool) { return hold(); }, "/none"}};
  std::unique_ptr<Server> server = Server::open({{folder / "s", {}}, std::nullopt}, held, books, clock).value();
  testing::Channel channel = connect(server->target(), grpc::InsecureChannelCredentials());
};

TEST(Deadlines, OneWhoGaveUpWaitingHasNothingChangedForThem) {
  Slow rig;
  std::array<StatusCode, 4> codes{};
  std::vector<std::thread> clients;
  for (StatusCode& code : codes) clients.push_back(rig.client(code));
  rig.wait_for_begun(4);   // all there are
  EXPECT_EQ(pause(rig.channel, {{}, std::chrono::milliseconds(300)}).error_code(), StatusCode::DEADLINE_EXCEEDED);
  // It is told on the same connection, before this is asked there.
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(call(rig.channel, "/grpc.health.v1.Health/Check", "").status.ok());
  rig.let_go();
  for (std::thread& client : clients) client.join();
  EXPECT_TRUE(pause(rig.channel).ok()) << "what waited has been seen to by now";
  for (const StatusCode code : codes) EXPECT_EQ(code, StatusCode::OK);
  EXPECT_EQ(rig.begun, 5) << "four, and the one after";
}

TEST(Deadlines, WhoComesWhenTooManyWaitIsToldAtOnce) {
  Slow rig;
  constexpr std::size_t kAll = 4 + 128;
  std::vector<StatusCode> codes(kAll + 8);
  std::vector<testing::Channel> channels;
  for (int i = 0; i < 7; ++i) channels.push_back(connect(rig.server->target(), grpc::InsecureChannelCredentials()));
  std::vector<std::thread> clients;
  for (std::size_t i = 0; i < codes.size(); ++i)
    clients.emplace_back([&, i] { codes[i] = pause(channels[i % channels.size()]).error_code(); });
  rig.wait_for_begun(4);
  ASSERT_TRUE(poll_until([&] { return pause(rig.channel, {{}, std::chrono::milliseconds(200)}).error_code() == StatusCode::RESOURCE_EXHAUSTED; }, std::chrono::seconds(20)));
  rig.let_go();
  for (std::thread& client : clients) client.join();
  for (const StatusCode code : codes) EXPECT_THAT(code, AnyOf(StatusCode::OK, StatusCode::RESOURCE_EXHAUSTED));
  EXPECT_GE(std::count(codes.begin(), codes.end(), StatusCode::OK), 4 + 64);
}

TEST(End, LetsACallUnderWayComeToItsEndAndTellsTheOthers) {
  Slow rig;
  std::array<StatusCode, 4> codes{};
  StatusCode waiting{};
  std::vector<std::thread> clients;
  for (StatusCode& code : codes) clients.push_back(rig.client(code));
  rig.wait_for_begun(4);
  clients.push_back(rig.client(waiting));
  std::thread end([&] { rig.server.reset(); });
  EXPECT_TRUE(poll_until([&] { return !std::filesystem::exists(rig.folder / "s") || pause(rig.channel, {{}, std::chrono::milliseconds(100)}).error_code() == StatusCode::UNAVAILABLE; },
                         std::chrono::seconds(10)));
  rig.let_go();
  end.join();
  for (std::thread& client : clients) client.join();
  for (const StatusCode code : codes) EXPECT_EQ(code, StatusCode::OK);
  EXPECT_THAT(waiting, AnyOf(StatusCode::UNAVAILABLE, StatusCode::CANCELLED)) << "gRPC itself cancels one that comes in the moment of the end";
  EXPECT_EQ(rig.begun, 4);
}

TEST(End, IsNotHeldUpByConnectionsThatSayNothing) {
  Served rig;
  std::vector<int> idle;
  const int port = std::stoi(rig.server->target().substr(rig.server->target().rfind(':') + 1));
  for (int i = 0; i < 20; ++i) {
    idle.push_back(socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(idle.back(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  }
  EXPECT_TRUE(status(rig.channel).ok());
  const Stopwatch closing;
  rig.server.reset();
  EXPECT_LT(closing.seconds(), 5);
  for (const int fd : idle) close(fd);
}

// grpc.health.v1.HealthCheckRequest{service}, and SERVING, as bytes.
TEST(Health, IsToldToAnybodyByServiceAndAsAWhole) {
  TlsServed rig;
  for (const std::string service : {"", "headroom.v1.FleetService", "headroom.v1.AccessService"}) {
    const auto told = call(rig.channel, "/grpc.health.v1.Health/Check", service.empty() ? "" : fmt::format("\x0a{}{}", static_cast<char>(service.size()), service));
    EXPECT_TRUE(told.status.ok()) << service << ": " << told.status.error_message();
    EXPECT_EQ(told.bytes, "\x08\x01") << service;
  }
}

TEST(Reflection, IsThereWhenAskedForAndOnlyThen) {
  Served without;
  const std::string list_services("\x3a\x00", 2);
  const std::string method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  EXPECT_EQ(call(without.channel, method, list_services).status.error_code(), StatusCode::UNIMPLEMENTED);
  const auto server = Server::open({{without.folder / "s", {}}, std::nullopt, true}, without.api, without.books, without.clock).value();
  const auto told = call(connect(server->target(), grpc::InsecureChannelCredentials()), method, list_services);
  EXPECT_TRUE(told.status.ok()) << told.status.error_message();
  EXPECT_THAT(told.bytes, AllOf(HasSubstr("headroom.v1.FleetService"), HasSubstr("grpc.health.v1.Health")));
}

}  // namespace
}  // namespace headroom::rpc
