#include <gtest/gtest.h>

#include <csignal>
#include <future>

#include "../src/identity.h"
#include "headroom/agent/agent.h"
#include "headroom/agent/testing/fake_manager.h"
#include "headroom/agent/testing/tree.h"

namespace headroom::agent {
namespace {

using namespace wire::v1;

class Join : public testing::Test {
 protected:
  Join() {
    std::signal(SIGPIPE, SIG_IGN);
    settings.state = tree.path();
  }
  std::future<Result<void>> joining(const FakeManager& with, const std::string& token) {
    settings.manager = with.address();
    return std::async(std::launch::async, [this, token] { return join(settings, token, {wall, boot, -1, [](const std::string&) {}}); });
  }
  Tree tree;
  Settings settings;
  const SystemClock wall;
  const SystemBootClock boot;
  FakeManager manager;
};

TEST_F(Join, LeavesAKeyACertificateOfItAndTheCaForTheAgentToRunWithInAFolderThatOnlyItsOwnerReads) {
  settings.state = tree.path("state");
  auto done = joining(manager, manager.token());
  FakeSession session = manager.accept();
  const auto asked = session.receive().join();
  EXPECT_EQ(asked.token(), manager.token());
  ToAgent answer;
  for (const std::string& der : manager.issue(asked.csr())) answer.mutable_joined()->add_chain(der);
  answer.mutable_joined()->set_ca(manager.ca_der());
  session.send(answer);
  const auto joined = done.get();
  ASSERT_TRUE(joined) << joined.error().message;
  const auto identity = Identity::load(settings.state);
  ASSERT_TRUE(identity) << identity.error().message;
  struct stat folder {}, key {};
  ASSERT_EQ(stat(settings.state.c_str(), &folder), 0);
  EXPECT_EQ(folder.st_mode & 0777, 0700u);
  ASSERT_EQ(stat((settings.state + "/key.pem").c_str(), &key), 0);
  EXPECT_EQ(key.st_mode & 0777, 0600u);
}

TEST_F(Join, SaysWhichFolderItCannotMake) {
  settings.state = tree.path("none/of/these");
  const auto joined = joining(manager, manager.token()).get();
  ASSERT_FALSE(joined);
  EXPECT_EQ(joined.error().message, "the folder " + settings.state + " cannot be made: No such file or directory");
}

TEST_F(Join, GivesItsTokenToNobodyWhoseCaIsAnother) {
  const FakeManager stranger;
  auto done = joining(manager, stranger.token());
  try {
    FakeSession session = manager.accept();
    EXPECT_TRUE(session.ends());
  } catch (const std::runtime_error&) {
    // it left amid the handshake
  }
  const auto joined = done.get();
  ASSERT_FALSE(joined);
  EXPECT_EQ(joined.error().message, "who answers is not the manager that made this token: its CA is another");
}

TEST_F(Join, GivesItsTokenToNoVmOfTheSameCa) {
  FakeManager vm("urn:uuid:00000000-0000-0000-0000-000000000000");
  auto done = joining(vm, vm.token());
  FakeSession session = vm.accept();
  EXPECT_TRUE(session.ends());
  EXPECT_EQ(done.get().error().code, ErrorCode::kRefused);
}

TEST_F(Join, TellsWhyTheManagerRefuses) {
  auto done = joining(manager, manager.token());
  FakeSession session = manager.accept();
  session.receive();
  ToAgent answer;
  answer.mutable_goodbye()->set_code(Goodbye::REFUSED);
  answer.mutable_goodbye()->set_text("the token was used\x1b[31m");
  session.send(answer);
  EXPECT_EQ(done.get().error().message, "the manager refuses: the token was used?[31m");
}

TEST_F(Join, RefusesATokenThatIsNone) {
  for (const std::string& token : {std::string(), std::string("hrj1-short"), std::string(113, 'x'), "hrj1-" + std::string(43, 'x') + "-" + std::string(64, 'G')}) {
    const auto joined = joining(manager, token).get();
    ASSERT_FALSE(joined);
    EXPECT_EQ(joined.error().code, ErrorCode::kInvalid);
  }
  EXPECT_FALSE(tree.has("key.pem"));
}

TEST_F(Join, TakesNoRenewalForAKeyThatIsNotItsOwn) {
  manager.give_identity(tree.path());
  auto identity = Identity::load(tree.path());
  ASSERT_TRUE(identity);
  const auto other = make_key();
  const auto refused = identity->renew(manager.issue(*make_request(**other)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the renewed certificate is not of our key");
  EXPECT_TRUE(identity->renew(manager.issue(*identity->request())));
}

}  // namespace
}  // namespace headroom::agent
