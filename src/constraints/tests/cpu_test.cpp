#include "test_fleet.h"

namespace headroom::constraints {
namespace {

TestFleet mixed() {
  TestFleet f(3);
  f.s.hosts[0].offers.cpu_models = f.s.hosts[1].offers.cpu_models = {"EPYC-Milan", "EPYC-Rome"};
  f.s.hosts[2].offers.cpu_models = {"EPYC-Rome"};
  f.s.hosts[1].offers.cpu_features = {"avx2", "vaes"};
  return f;
}

TEST(Cpu, MustBeAbleToRunWhatAVmWasStartedWith) {
  TestFleet f = mixed();
  f.add("a", 0).needs.cpu_models = {"EPYC-Milan"};
  f.add("b", 1).needs = {.cpu_models = {"EPYC-Rome"}, .cpu_features = {"vaes"}};
  EXPECT_THAT(f.says({2, 2}),
              ElementsAre("a needs a CPU with EPYC-Milan, which h2 lacks", "b needs a CPU with vaes, which h2 lacks"));
  f.expect_agreement();
}

TEST(Cpu, OfAHypervisorThatKnowsTheMachineType) {
  TestFleet f(2);
  f.s.hosts[0].offers.platforms = {"kvm", "pc-q35-7.2"};
  f.s.hosts[1].offers.platforms = {"kvm"};
  f.add("a", 0).needs.platforms = {"kvm", "pc-q35-7.2"};
  EXPECT_THAT(f.says({1}), ElementsAre("a needs pc-q35-7.2, which h1 lacks"));
  f.expect_agreement();
}

TEST(Cpu, MustHaveWhatOperatorsWant) {
  TestFleet f = mixed();
  f.add("crypto-a", 1);
  f.add("web", 2);
  f.say("  - {name: fast, kind: cpu, vms: {named: [crypto-*]}, features: [vaes, avx2]}\n");
  f.expect_agreement();
}

TEST(Cpu, AtAPriceIsWeighed) {
  TestFleet f = mixed();
  f.add("crypto-a", 0);
  f.say("  - {name: fast, kind: cpu, vms: {named: [crypto-*]}, models: [EPYC-Milan], price: 0.01 USD/h}\n");
  EXPECT_DOUBLE_EQ(f.price({1}), 0);
  EXPECT_DOUBLE_EQ(f.price({2}), 0.01);
}

}  // namespace
}  // namespace headroom::constraints
