// headroomd under TLS as people run it: tokens made over the socket, used over https, refused, revoked; and its audit log.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <fstream>

#include "../support/folder.h"
#include "../support/manager.h"

namespace headroom {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

// A certificate of an authority of its own, and a state that outlives managers.
class TlsManager : public ::testing::Test {
 protected:
  TlsManager() {
    std::filesystem::create_directory(folder_ / "state");
    const Ran made = run_line(fmt::format("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost "
                                          "-addext subjectAltName=IP:127.0.0.1 -keyout {} -out {}", file("key"), file("crt")));
    EXPECT_EQ(made.exit_code, 0) << made.text;
    chmod(file("key").c_str(), 0600);
  }

  std::string file(const std::string& name) const { return folder_.at(name); }
  std::vector<std::string> options() const {
    return {"--window", "2013-08-10,2013-08-10T01:00:00Z", "--compare", "none", "--take", "0", "--state", file("state"),
            "--tls-cert", file("crt"), "--tls-key", file("key")};
  }
  static Ran as_root(const Manager& manager, const std::string& what) {
    return run_line(fmt::format("{} {} --socket {}", kCommand, what, manager.socket()));
  }
  // A token in a file of its own, as one would keep it.
  void make_token(const Manager& manager, const std::string& name, const std::string& role) const {
    const Ran made = run_line(fmt::format("(umask 077; {} access token create --name {} --role {} --socket {} 2> /dev/null > {})", kCommand, name, role,
                                          manager.socket(), file(name)));
    ASSERT_EQ(made.exit_code, 0) << made.text;
  }
  Ran with_token(const Manager& manager, const std::string& what, const std::string& name) const {
    return manager.ask(fmt::format("{} --ca {} --token-file {}", what, file("crt"), file(name)));
  }

  const Folder folder_;
};

TEST_F(TlsManager, LetsEachTokenDoWhatItsRoleMayUntilItIsRevoked) {
  Manager manager(options());
  ASSERT_TRUE(manager.url().starts_with("https://127.0.0.1:")) << manager.url();
  make_token(manager, "look", "viewer");
  make_token(manager, "ops", "operator");
  EXPECT_EQ(with_token(manager, "get hosts", "look").exit_code, 0);
  EXPECT_THAT(with_token(manager, "access whoami", "ops").text, HasSubstr("token ops, operator, from 127.0.0.1"));
  const Ran refused = with_token(manager, "pause", "look");
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_THAT(refused.text, HasSubstr("this takes the role operator, and token look has the role viewer"));
  EXPECT_EQ(with_token(manager, "access token list", "ops").exit_code, 4);
  const Ran nobody = manager.ask("get hosts --ca " + file("crt"));
  EXPECT_EQ(nobody.exit_code, 4);
  EXPECT_THAT(nobody.text, HasSubstr("this takes a token"));
  const Ran stranger = manager.ask("get hosts --token-file " + file("look"));
  EXPECT_EQ(stranger.exit_code, 5) << "a certificate nobody vouches for is sent no token";
  EXPECT_THAT(stranger.text, HasSubstr("--ca"));
  EXPECT_EQ(as_root(manager, "access token revoke look").exit_code, 0);
  EXPECT_THAT(with_token(manager, "get hosts", "look").text, HasSubstr("the token 'look' was revoked"));
}

TEST_F(TlsManager, KeepsTokensAndTheAuditLogOverARestart) {
  Manager manager(options());
  make_token(manager, "look", "viewer");
  manager.end(SIGKILL);
  EXPECT_THAT(headroom_says("audit verify --state " + file("state")).text, HasSubstr("4 entries, as they were written"));
  manager.start();
  EXPECT_EQ(with_token(manager, "get hosts", "look").exit_code, 0);
  const std::string list = as_root(manager, "audit list").text;
  EXPECT_THAT(list, AllOf(HasSubstr("token create"), HasSubstr("look"), HasSubstr("start"), HasSubstr(fmt::format("uid {}", getuid()))));
  const json verdict = json::parse(as_root(manager, "audit verify -o json").text);
  EXPECT_EQ(verdict.at("entries"), 5);
  const std::string anchor = fmt::format("{}:{}", verdict.at("head").at("number").get<int>(), verdict.at("head").at("hash").get<std::string>());
  EXPECT_EQ(as_root(manager, "audit verify --anchor " + anchor).exit_code, 0);
  manager.end(SIGTERM);
  std::filesystem::remove(file("state/audit.db"));
  manager.start();
  const Ran anew = headroom_says(fmt::format("audit verify --state {} --anchor {}", file("state"), anchor));
  EXPECT_EQ(anew.exit_code, 1);
  EXPECT_THAT(anew.text, AllOf(HasSubstr("of the anchor is not there"), HasSubstr("the audit log is not as it was written: 1 fault in 2 entries")));
}

// As docs/access.md tells operators to.
TEST_F(TlsManager, LetsACertificateDoWhatTheRoleInItMay) {
  const std::string made = fmt::format(
      "cd {} && umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj '/CN=operators' -days 365 -keyout ca.key -out clients.pem && "
      "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=ada -keyout ada.key -out ada.csr && "
      "printf 'subjectAltName=URI:headroom://role/operator\\nextendedKeyUsage=clientAuth\\n' > ada.ext && "
      "openssl x509 -req -in ada.csr -CA clients.pem -CAkey ca.key -CAcreateserial -days 30 -extfile ada.ext -out ada.crt", folder_.path());
  ASSERT_EQ(run_line(made).exit_code, 0) << made;
  auto asking = options();
  asking.insert(asking.end(), {"--tls-client-ca", file("clients.pem")});
  Manager manager(asking);
  const auto as_ada = [&](const std::string& what) { return manager.ask(fmt::format("{} --ca {} --cert {} --key {}", what, file("crt"), file("ada.crt"), file("ada.key"))); };
  EXPECT_THAT(as_ada("access whoami").text, HasSubstr("certificate ada, operator, from 127.0.0.1"));
  EXPECT_EQ(as_ada("access token list").exit_code, 4);
  EXPECT_THAT(as_root(manager, "audit list").text, AllOf(HasSubstr("certificate ada"), HasSubstr("it takes the role admin")));
  EXPECT_EQ(manager.ask("get hosts --ca " + file("crt")).exit_code, 4) << "who shows nothing is nobody still";
  EXPECT_THAT(manager.ask(fmt::format("get hosts --ca {} --cert {}", file("crt"), file("ada.crt"))).text, HasSubstr("--cert and --key go together"));
  chmod(file("ada.key").c_str(), 0644);
  EXPECT_THAT(as_ada("access whoami").text, HasSubstr("may be read by others"));
}

TEST_F(TlsManager, WritesDownWithWhatItStartsWhereThatWasChanged) {
  Manager manager(options());
  const auto entries = [&] {
    std::vector<std::string> outcomes;
    const json all = json::parse(as_root(manager, "audit list -o json").text);
    for (const json& e : all)
      if (e.at("action") == "configure") outcomes.push_back(e.at("outcome"));
    return outcomes;
  };
  ASSERT_EQ(entries().size(), 1U);
  EXPECT_THAT(entries()[0], AllOf(HasSubstr("policy headroom, retrain off"), HasSubstr(" with TLS"), HasSubstr("TLS certificate ")));
  manager.end(SIGTERM);
  manager.start();
  EXPECT_EQ(entries().size(), 1U) << "nothing was changed";
  manager.end(SIGTERM);
  std::ofstream(file("crt"), std::ios::app) << "\n";
  manager.start();
  EXPECT_EQ(entries().size(), 2U);
}

TEST_F(TlsManager, SendsATokenOnlyWhereItIsSafe) {
  Manager manager(options());
  make_token(manager, "look", "viewer");
  const std::string plain = fmt::format("get hosts --server http://127.0.0.1:1 --token-file {}", file("look"));
  EXPECT_THAT(headroom_says(plain).text, HasSubstr("a token goes over https only"));
  chmod(file("look").c_str(), 0644);
  const Ran open = with_token(manager, "get hosts", "look");
  EXPECT_EQ(open.exit_code, 2);
  EXPECT_THAT(open.text, HasSubstr("may be read by others"));
}

TEST_F(TlsManager, ListensToOtherMachinesUnderTlsOnly) {
  const std::string start = fmt::format("{} --socket {} ", kManager, file("s"));
  const Ran clear = run_line(start + "--listen 0.0.0.0:0");
  EXPECT_EQ(clear.exit_code, 2);
  EXPECT_THAT(clear.text, HasSubstr("that takes --tls-cert and --tls-key"));
  const Ran half = run_line(start + "--listen 127.0.0.1:0 --tls-cert " + file("crt"));
  EXPECT_EQ(half.exit_code, 2);
  EXPECT_THAT(half.text, HasSubstr("go together"));
}

TEST_F(TlsManager, TellsItsSupervisorWhenItsDoorsAreOpen) {
  const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  file("notify").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  setenv("NOTIFY_SOCKET", file("notify").c_str(), 1);
  {
    const Manager manager(options());
    unsetenv("NOTIFY_SOCKET");
    char word[64] = "";
    ASSERT_GT(recv(fd, word, sizeof word - 1, 0), 0);
    EXPECT_STREQ(word, "READY=1");
  }
  close(fd);
}

}  // namespace
}  // namespace headroom
