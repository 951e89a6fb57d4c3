#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "test_fleet.h"

namespace headroom::constraints {
namespace {

const std::string kTree = HEADROOM_SOURCE_DIR;

std::string error_of(const std::string& yaml) {
  const auto read = parse_constraints("constraints:\n" + yaml, "c.yaml");
  return read ? "accepted" : read.error().message;
}

std::string slurp(const std::string& path) {
  std::ifstream in(path);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

TEST(ConstraintsFile, IsReadKeyByKey) {
  const auto read = parse_constraints(R"(constraints:
  - name: replicas
    kind: apart
    vms: {named: ["db-*", db], tagged: [prod], in groups: [shop]}
    scope: zone
    price: 0.5 USD/h
  - {name: n+2, kind: reserve, lost: 2, scope: rack, quantile: 99 %, hosts: {named: [a], tagged: [b], racks: [c], zones: [d]}}
  - {name: gpu, kind: devices, vms: {named: [t]}, pci: [2 x nvidia-a100], huge pages: [512 x 2 MiB]}
)", "c.yaml");
  ASSERT_TRUE(read) << read.error().message;
  const Constraint& apart = read->at(0);
  EXPECT_EQ(apart.name, "replicas");
  EXPECT_EQ(apart.line, 2);
  EXPECT_EQ(apart.kind, ConstraintKind::kApart);
  EXPECT_EQ(apart.vms, (VmSelection{{"db", "db-*"}, {"prod"}, {"shop"}}));
  EXPECT_EQ(apart.scope, Scope::kZone);
  EXPECT_EQ(apart.usd_per_hour, 0.5);
  const Constraint& reserve = read->at(1);
  EXPECT_TRUE(reserve.hard());
  EXPECT_EQ(reserve.count, 2);
  EXPECT_EQ(reserve.quantile, 0.99);
  EXPECT_EQ(reserve.hosts, (HostSelection{{"a"}, {"b"}, {"c"}, {"d"}}));
  const Constraint& gpu = read->at(2);
  EXPECT_EQ(gpu.needs.devices, (std::vector<DeviceCount>{{"nvidia-a100", 2}}));
  EXPECT_EQ(gpu.needs.hugepages, (std::vector<HugePages>{{2_MiB, 512}}));
}

TEST(ConstraintsFile, NamesTheLineOfABadKeyOrValue) {
  EXPECT_EQ(error_of("  - {name: a, kind: apart, vms: {named: [x]}, skope: rack}\n"),
            "c.yaml:2: unknown key 'skope' in constraint 'a'; did you mean 'scope'?");
  EXPECT_EQ(error_of("  - {name: a, kind: appart, vms: {named: [x]}}\n"),
            "c.yaml:2: 'kind' in constraint 'a': 'appart' is not one of together, apart, close, spread, ban, fence, pin, "
            "reserve, max-vms, "
            "cpu, numa, devices, reachability, maintenance; did you mean 'apart'?");
  EXPECT_EQ(error_of("  - {name: a, kind: apart}\n"), "c.yaml:2: constraint 'a' has no key 'vms'");
  EXPECT_EQ(error_of("  - {name: a, kind: apart, vms: {name: [x]}}\n"),
            "c.yaml:2: unknown key 'name' in vms of constraint 'a'; did you mean 'named'?");
  EXPECT_EQ(error_of("  - {name: a, kind: apart, vms: {}}\n"),
            "c.yaml:2: constraint 'a': names no VM; say which: vms: {named: [web-*]}, or tagged, or in groups");
  EXPECT_EQ(error_of("  - {name: a, kind: fence, vms: {named: [x]}}\n"), "c.yaml:2: constraint 'a' has no key 'hosts'");
  EXPECT_EQ(error_of("  - {name: a, kind: fence, vms: {named: [x]}, hosts: {named: []}}\n"),
            "c.yaml:2: 'named' in hosts of constraint 'a' must be a list of at least one value, but is a list");
  EXPECT_EQ(error_of("  - {name: a, kind: fence, vms: {named: [x]}, hosts: {}}\n"),
            "c.yaml:2: constraint 'a': names no host; say which: hosts: {named: [node-*]}, or tagged, racks or zones");
  EXPECT_EQ(error_of("  - {name: a, kind: close, scope: host, vms: {named: [x]}}\n"),
            "c.yaml:2: 'scope' in constraint 'a': 'host' is not one of rack, zone");
  EXPECT_EQ(error_of("  - {name: a, kind: spread, scope: rack, at least: 1, vms: {named: [x]}}\n"),
            "c.yaml:2: 'at least' in constraint 'a': '1' must be at least 2 and at most 1000");
  EXPECT_EQ(error_of("  - {name: a, kind: apart, vms: {named: [x]}, price: 0}\n"),
            "c.yaml:2: 'price' in constraint 'a': '0' must be above 0 USD/h and at most 1000000 USD/h");
  EXPECT_EQ(error_of("  - {name: a, kind: devices, vms: {named: [x]}, pci: [nvidia-a100]}\n"),
            "c.yaml:2: 'pci' in constraint 'a': 'nvidia-a100' is not a count and a kind; write 2 x nvidia-a100");
  EXPECT_EQ(error_of("  - {name: a, kind: devices, vms: {named: [x]}, huge pages: [0 x 2 MiB]}\n"),
            "c.yaml:2: 'huge pages' in constraint 'a': '0 x 2 MiB': the count must be at least 1 and at most 100000000");
  EXPECT_EQ(error_of("  - {name: a, kind: devices, vms: {named: [x]}, pci: [1 x gpu], price: 1}\n"),
            "c.yaml:2: unknown key 'price' in constraint 'a'");
  EXPECT_EQ(error_of("  - {name: a, kind: cpu, vms: {named: [x]}}\n"),
            "c.yaml:2: constraint 'a': asks for nothing; give it models or features");
  EXPECT_EQ(error_of("  - {name: a, kind: pin, vms: {named: [x]}, host: 'h*'}\n"),
            "c.yaml:2: constraint 'a': a pin names one host, without wildcards; for several there is kind: fence");
}

TEST(ConstraintsFile, RefusesTwoOfOneName) {
  EXPECT_EQ(error_of("  - {name: a, kind: apart, vms: {named: [x]}}\n  - {name: a, kind: pin, vms: {named: [y]}}\n"),
            "c.yaml:3: constraints 'a' (line 2) and 'a' (line 3) have the same name; rename one: plans and reports go by it");
}

// What is said of two constraints, 'a' in line 2 and 'b' in line 3, after their names.
std::string contradiction(const std::string& a, const std::string& b) {
  const std::string message = error_of("  - {name: a, " + a + "}\n  - {name: b, " + b + "}\n");
  const std::string start = "c.yaml:3: constraints ";
  return message.starts_with(start) ? message.substr(start.size()) : message;
}

TEST(ConstraintsFile, RefusesWhatIsBothTogetherAndApart) {
  const std::string dbs = "vms: {named: ['db-*']}";
  EXPECT_EQ(contradiction("kind: together, vms: {named: [db-1, db-2]}", "kind: apart, " + dbs),
            "'a' (line 2) and 'b' (line 3) contradict each other: 'db-1, db-2' would have to share one host and be on different "
            "hosts; remove one, or give one a price");
  EXPECT_EQ(contradiction("kind: spread, scope: zone, at least: 2, " + dbs, "kind: close, scope: rack, " + dbs),
            "'b' (line 3) and 'a' (line 2) contradict each other: 'db-*' would have to share one rack and be on different zones; "
            "remove one, or give one a price");
}

TEST(ConstraintsFile, AcceptsTogetherAndApartWhereBothCanHold) {
  const std::string dbs = "vms: {named: ['db-*']}";
  EXPECT_EQ(contradiction("kind: close, scope: rack, " + dbs, "kind: apart, " + dbs), "accepted");  // on hosts of one rack
  EXPECT_EQ(contradiction("kind: together, price: 1, " + dbs, "kind: apart, " + dbs), "accepted");
  EXPECT_EQ(contradiction("kind: together, vms: {named: [db-1]}", "kind: apart, " + dbs), "accepted");  // one VM
  EXPECT_EQ(contradiction("kind: together, " + dbs, "kind: apart, vms: {named: ['*-1']}"), "accepted");
}

TEST(ConstraintsFile, RefusesAPinOrAFenceToWhatIsBanned) {
  EXPECT_EQ(contradiction("kind: pin, vms: {named: [gw]}, host: edge-1", "kind: ban, vms: {named: ['g*']}, hosts: {named: ['edge-*']}"),
            "'a' (line 2) and 'b' (line 3) contradict each other: one allows 'gw' only on hosts from which the other bans it; "
            "remove one, or give one a price");
  const std::string gateway = "vms: {named: [gw]}, hosts: ";
  EXPECT_EQ(contradiction("kind: ban, " + gateway + "{racks: [r1]}", "kind: fence, " + gateway + "{racks: [r1], tagged: [ssd]}"),
            "'b' (line 3) and 'a' (line 2) contradict each other: one allows 'gw' only on hosts from which the other bans it; "
            "remove one, or give one a price");
  EXPECT_EQ(contradiction("kind: fence, " + gateway + "{racks: [r1]}", "kind: ban, " + gateway + "{racks: [r1], tagged: [hdd]}"),
            "accepted");
}

TEST(ConstraintsFile, RefusesTwoPinsToDifferentHosts) {
  EXPECT_EQ(contradiction("kind: pin, vms: {named: [gw]}, host: h1", "kind: pin, vms: {named: [gw]}, host: h2"),
            "'a' (line 2) and 'b' (line 3) contradict each other: no host is allowed to 'gw' by both; make their hosts overlap, or "
            "give one a price");
}

TEST(ConstraintsFile, KeepsItsExampleInItsGoldenForm) {
  const auto read = load_constraints(kTree + "/examples/constraints.yaml");
  ASSERT_TRUE(read) << read.error().message;
  const std::string golden = kTree + "/src/constraints/tests/golden/example.yaml";
  if (std::getenv("HEADROOM_WRITE_GOLDEN") != nullptr) std::ofstream(golden) << to_yaml(*read);
  EXPECT_EQ(to_yaml(*read), slurp(golden)) << "if the change is meant: HEADROOM_WRITE_GOLDEN=1 constraints_test";
  std::set<ConstraintKind> kinds;
  for (const Constraint& c : *read) kinds.insert(c.kind);
  EXPECT_EQ(kinds.size(), kConstraintKindCount - 1) << "the example shows every kind that can be written";
}

TEST(ConstraintsFile, IsReadBackAsItWasWritten) {
  auto read = load_constraints(kTree + "/examples/constraints.yaml");
  ASSERT_TRUE(read) << read.error().message;
  read->at(0).name = R"(a "b" \ c: #1)";
  read->at(0).vms.named = {"x: *", "y, z"};
  auto again = parse_constraints(to_yaml(*read), "again.yaml");
  ASSERT_TRUE(again) << again.error().message;
  for (auto* all : {&*read, &*again})
    for (Constraint& c : *all) c.line = 0;
  EXPECT_EQ(*again, *read);
}

TEST(ConstraintsFile, ThatIsNotThereIsNotFound) {
  const auto read = load_constraints("none.yaml");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kNotFound);
}

TEST(ConstraintCheck, RefusesWhatProgramsGetWrong) {
  const auto complaint = [](const Constraint& c) {
    const auto good = check_constraints({c}, "p");
    return good ? "none" : good.error().message;
  };
  Constraint c;
  c.name = "a";
  c.kind = ConstraintKind::kSpread;
  c.vms.named = {"*"};
  EXPECT_EQ(complaint(c), "p: constraint 'a': 'at least' is 0; it must be at least 2 and at most 1000");
  c.kind = ConstraintKind::kClose;
  EXPECT_EQ(complaint(c), "p: constraint 'a': is close on one host; that is kind: together");
  c.kind = ConstraintKind::kTogether;
  EXPECT_EQ(complaint(c), "none");
  c.usd_per_hour = 0;
  EXPECT_EQ(complaint(c), "p: constraint 'a': price 0 USD/h must be above 0; remove the constraint if it is worth nothing");
  c.usd_per_hour.reset();
  c.kind = ConstraintKind::kMobility;
  EXPECT_EQ(complaint(c),
            "p: constraint 'a': how a VM may move is what its hypervisor says; to keep one where it is, write kind: pin");
  EXPECT_EQ(check_constraints(std::vector<Constraint>(1001), "p").error().message,
            "p: 1001 constraints; at most 1000 are allowed");
}

TEST(Mismatches, NameConstraintsThatMeanNothingOnAFleet) {
  TestFleet f(2);
  f.add("db-1", 0);
  f.say("  - {name: a, kind: apart, vms: {named: ['db-*']}}\n"
        "  - {name: b, kind: apart, vms: {named: ['web-*']}}\n"
        "  - {name: c, kind: fence, vms: {named: [db-1]}, hosts: {named: [h7]}}\n");
  EXPECT_THAT(mismatches(f.s), ElementsAre("constraint 'b' (apart) is about VMs of which there is none",
                                           "constraint 'c' (fence) is about hosts of which there is none"));
  EXPECT_THAT(f.problem().notes, ElementsAre("no host satisfies all constraints of db-1; it stays on h0"));
}

TEST(Mismatches, NameVmsThatHaveToBeTogetherAndApart) {
  TestFleet f(2);
  f.add("db-1", 0).groups = {"shop"};
  f.add("db-2", 0).groups = {"shop"};
  f.say("  - {name: replicas, kind: apart, vms: {named: ['db-*']}}\n");
  EXPECT_THAT(mismatches(f.s),
              ElementsAre("constraint 'replicas' (apart) is about db-1 and db-2, which have to be together"));
  EXPECT_THAT(f.added(f.plan({{0, 1}, {1, 1}})), IsEmpty());  // they are not torn apart for it, and may go on
}

}  // namespace
}  // namespace headroom::constraints
