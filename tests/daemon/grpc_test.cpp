// headroomd's gRPC as people run it: under TLS with tokens made over the socket, beside HTTP, and to the end.
#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <sys/stat.h>

#include "../support/folder.h"
#include "../support/manager.h"
#include "headroom/base/clock.h"
#include "headroom_api.grpc.pb.h"

namespace headroom {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using grpc::StatusCode;

void allow(grpc::ClientContext& context, const std::string& token, Duration patience = std::chrono::seconds(20)) {
  context.set_deadline(std::chrono::system_clock::time_point(SystemClock().now() + patience));
  context.AddMetadata("authorization", "Bearer " + token);
}

class GrpcManager : public ::testing::Test {
 protected:
  GrpcManager() {
    const Ran made = run_line(fmt::format("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
                                          "-addext subjectAltName=IP:127.0.0.1 -keyout {} -out {}", file("key"), file("crt")));
    EXPECT_EQ(made.exit_code, 0) << made.text;
    chmod(file("key").c_str(), 0600);
  }
  std::string file(const std::string& name) const { return folder_.at(name); }
  std::vector<std::string> options() const {
    return {"--window", "2013-08-10,2013-08-10T01:00:00Z", "--compare", "none", "--take", "0", "--tls-cert", file("crt"), "--tls-key", file("key"), "--grpc-listen", "127.0.0.1:0"};
  }
  // The token is the last word of what the command prints.
  std::string token(const Manager& manager, const std::string& role) const {
    const Ran made = run_line(fmt::format("{} access token create --name {} --role {} --socket {} 2> /dev/null", kCommand, role, role, manager.socket()));
    const auto at = made.text.find("hrt_");
    EXPECT_NE(at, std::string::npos) << made.text;
    return made.text.substr(at, made.text.find_first_of(" \n", at) - at);
  }
  std::shared_ptr<grpc::Channel> channel(const Manager& manager) const {
    const auto at = manager.begun().find("gRPC at ");
    EXPECT_NE(at, std::string::npos) << manager.begun();
    const std::string target = manager.begun().substr(at + 8, manager.begun().find_first_of(",\n", at) - at - 8);
    grpc::SslCredentialsOptions credentials;
    credentials.pem_root_certs = folder_.read("crt");
    return grpc::CreateChannel(target, grpc::SslCredentials(credentials));
  }

  const Folder folder_;
};

TEST_F(GrpcManager, TellsWhatHttpTellsAndTakesAnOperatorsWord) {
  const Manager manager(options());
  const auto channel = this->channel(manager);
  const std::string look = token(manager, "viewer"), ops = token(manager, "operator");
  const auto fleet = v1::FleetService::NewStub(channel);
  v1::ManagerStatus status;
  ASSERT_TRUE(poll_until([&] {
    grpc::ClientContext context;
    allow(context, look);
    const grpc::Status answer = fleet->GetStatus(&context, {}, &status);
    EXPECT_TRUE(answer.ok()) << answer.error_message();
    return !answer.ok() || status.state() == v1::RUN_STATE_FINISHED;
  }, std::chrono::seconds(120)));
  const Ran shown = manager.ask(fmt::format("get status -o json --ca {} --token-file {}", file("crt"), folder_.put("look", look)));
  const auto http = nlohmann::json::parse(shown.text);
  EXPECT_EQ(status.version(), http.at("version"));
  EXPECT_EQ(status.vms(), http.at("vms"));
  EXPECT_EQ(status.round(), http.at("round"));

  const auto control = v1::ControlService::NewStub(channel);
  grpc::ClientContext as_viewer, as_operator;
  allow(as_viewer, look);
  allow(as_operator, ops);
  EXPECT_EQ(control->Pause(&as_viewer, {}, &status).error_code(), StatusCode::PERMISSION_DENIED);
  const grpc::Status over = control->Pause(&as_operator, {}, &status);
  EXPECT_EQ(over.error_code(), StatusCode::FAILED_PRECONDITION) << over.error_message();
  const Ran audit = run_line(fmt::format("{} audit list --socket {}", kCommand, manager.socket()));
  EXPECT_THAT(audit.text, AllOf(HasSubstr("token operator"), HasSubstr("failed: " + over.error_message()), HasSubstr("it takes the role operator")));
}

TEST_F(GrpcManager, EndsAtOnceThoughSomebodyWatches) {
  Manager manager(options());
  const auto plans = v1::PlanService::NewStub(channel(manager));
  grpc::ClientContext context;
  allow(context, token(manager, "viewer"), std::chrono::minutes(2));   // the first action comes when it comes
  const auto watch = plans->WatchActions(&context, {});
  v1::Action action;
  ASSERT_TRUE(watch->Read(&action));
  EXPECT_FALSE(action.text().empty());
  const Stopwatch ending;
  EXPECT_EQ(manager.end(SIGTERM), 0);
  EXPECT_LT(ending.seconds(), 10);
  while (watch->Read(&action)) {}
  EXPECT_EQ(watch->Finish().error_code(), StatusCode::UNAVAILABLE);
}

TEST_F(GrpcManager, ListensToOtherMachinesUnderTlsOnly) {
  const std::string start = fmt::format("{} --socket {} ", kManager, file("s"));
  const Ran clear = run_line(start + "--grpc-listen 0.0.0.0:0");
  EXPECT_EQ(clear.exit_code, 2);
  EXPECT_THAT(clear.text, HasSubstr("--grpc-listen '0.0.0.0:0' is no loopback address"));
  EXPECT_EQ(run_line(start + "--grpc-listen nowhere").exit_code, 2);
  EXPECT_EQ(run_line(start + "--grpc-reflection").exit_code, 2);
}

}  // namespace
}  // namespace headroom
