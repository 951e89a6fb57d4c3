#include "../src/ledger.h"

#include <gtest/gtest.h>

#include "headroom/agent/testing/tree.h"

namespace headroom::agent {
namespace {

using namespace wire::v1;

std::string id(int number) { return std::string(15, 'i') + static_cast<char>(number); }

DirectiveResult done(int number) {
  DirectiveResult result;
  result.set_id(id(number));
  result.set_outcome(DONE);
  return result;
}

std::vector<std::string> unacknowledged(const Ledger& ledger) {
  std::vector<std::string> ids;
  ledger.for_each_unacknowledged([&](const DirectiveResult& result) { ids.push_back(result.id()); });
  return ids;
}

class LedgerFile : public testing::Test {
 protected:
  Ledger open() { return *Ledger::open(tree.path("directives")); }
  Tree tree;
};

TEST_F(LedgerFile, KnowsAfterARestartWhatWasDoneAndTheHighestEpoch) {
  {
    Ledger ledger = open();
    ASSERT_TRUE(ledger.begin(id(1), 7));
    ASSERT_TRUE(ledger.end(done(1)));
    ASSERT_TRUE(ledger.begin(id(2), 5));
    ASSERT_TRUE(ledger.end(done(2)));
    ASSERT_TRUE(ledger.acknowledged(id(1)));
  }
  const Ledger ledger = open();
  EXPECT_EQ(ledger.epoch(), 7u);
  ASSERT_NE(ledger.result(id(1)), nullptr);
  EXPECT_EQ(ledger.result(id(1))->outcome(), DONE);
  EXPECT_EQ(unacknowledged(ledger), std::vector<std::string>{id(2)});
}

TEST_F(LedgerFile, SaysInterruptedOfWhatWasBegunAndNotEnded) {
  ASSERT_TRUE(open().begin(id(1), 1));
  const Ledger ledger = open();
  ASSERT_NE(ledger.result(id(1)), nullptr);
  EXPECT_EQ(ledger.result(id(1))->outcome(), INTERRUPTED);
  EXPECT_EQ(unacknowledged(open()), std::vector<std::string>{id(1)});
}

TEST_F(LedgerFile, ThatIsBrokenIsRefusedRatherThanGuessedAt) {
  ASSERT_TRUE(open().begin(id(1), 1));
  const std::string whole = tree.read("directives");
  for (const std::string& broken : {std::string("x"), whole.substr(0, whole.size() / 2), whole + "zz 0\n"}) {
    tree.write("directives", broken);
    EXPECT_FALSE(Ledger::open(tree.path("directives"))) << broken;
  }
}

// As the ledger writes it; through it, each would be synced to the disk three times.
std::string line_of(const DirectiveResult& result, bool acknowledged) {
  std::string line;
  for (const char c : result.SerializeAsString()) {
    line += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    line += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return line + (acknowledged ? " 1\n" : " 0\n");
}

TEST_F(LedgerFile, ForgetsTheOldestOfThoseThatTheManagerHasAndNoOther) {
  std::string text = "headroom-agent-directives 1\nepoch 1\n" + line_of(done(1), false);
  for (int i = 0; i < 300; ++i) {
    DirectiveResult result = done(0);
    result.set_id(std::string(13, 'a') + std::to_string(100 + i));
    text += line_of(result, true);
  }
  tree.write("directives", text);
  Ledger ledger = open();
  ASSERT_TRUE(ledger.begin(id(2), 1));
  EXPECT_TRUE(ledger.knows(id(1)));
  EXPECT_FALSE(ledger.knows(std::string(13, 'a') + "143"));
  EXPECT_TRUE(ledger.knows(std::string(13, 'a') + "144"));
  EXPECT_TRUE(ledger.knows(std::string(13, 'a') + "399"));
}

TEST_F(LedgerFile, ThatCannotBeWrittenLetsNothingBegin) {
  auto ledger = Ledger::open("/proc/headroom-directives");
  ASSERT_TRUE(ledger);
  EXPECT_FALSE(ledger->begin(id(1), 1));
  EXPECT_FALSE(ledger->knows(id(1)));
}

}  // namespace
}  // namespace headroom::agent
