#include "headroom/config/section.h"

#include <gtest/gtest.h>

#include "headroom/config/document.h"
#include "headroom/config/format.h"

namespace headroom::config {
namespace {

struct Read {
  double threshold = 0.8;
  std::optional<Duration> cooldown;
  std::vector<Duration> horizons{Duration(1)};
  std::int64_t at_least = 0;
  std::string error;
};

// Reads a small file of rules the way every module does.
Read read(std::string_view text_of_file) {
  Read got;
  auto document = parse(text_of_file, "x.yaml");
  if (!document) {
    got.error = document.error().message;
    return got;
  }
  Section top = document->root("a rules file");
  top.list("horizons", got.horizons, duration());
  for (Section rule : top.sections("rules", "rule")) {
    std::string name;
    rule.optional("name", name, text());
    rule.required("threshold", got.threshold, percent(above(0).at_most(10)));
    rule.optional("cooldown", got.cooldown, duration());
    if (auto limits = rule.optional_section("limits")) limits->required("at least", got.at_least, amount(Resource::kCpu));
    if (name == "odd") rule.reject("name", "is odd");
  }
  for (auto& [type, host] : top.named_sections("hosts", "host type")) {
    double price = 0;
    host.required("price", price, usd_per_hour());
  }
  if (const auto good = document->finish(); !good) got.error = good.error().message;
  return got;
}

TEST(Section, ReadsValuesListsAndMapsAndKeepsDefaults) {
  const Read got = read("horizons: [5m, 1h]\nrules:\n  - threshold: 70 %\n    limits: {at least: 2 cores}\n");
  EXPECT_EQ(got.error, "");
  EXPECT_EQ(got.threshold, 0.7);
  EXPECT_FALSE(got.cooldown);
  EXPECT_EQ(got.horizons, (std::vector<Duration>{std::chrono::minutes(5), std::chrono::hours(1)}));
  EXPECT_EQ(got.at_least, 2000);
}

TEST(Section, NamesTheUnknownKeyItsPlaceAndTheKeyThatWasMeant) {
  EXPECT_EQ(read("rules:\n  - name: grow-cpu\n    tresholdd: 70 %\n").error,
            "x.yaml:3: unknown key 'tresholdd' in rule 'grow-cpu'; did you mean 'threshold'?");
  EXPECT_EQ(read("rules:\n  - threshold: 70 %\n    colour: red\n").error, "x.yaml:3: unknown key 'colour' in rule 1");
  EXPECT_EQ(read("rules:\n  - threshold: 70 %\n    limits: {at lest: 1 core}\n").error,
            "x.yaml:3: unknown key 'at lest' in limits of rule 1; did you mean 'at least'?");
}

TEST(Section, NamesTheMissingKey) {
  EXPECT_EQ(read("rules:\n  - name: a\n").error, "x.yaml:2: rule 'a' has no key 'threshold'");
  EXPECT_EQ(read("horizons: [5m]\n").error, "x.yaml:1: a rules file has no key 'rules'");
}

TEST(Section, NamesTheWrongType) {
  EXPECT_EQ(read("rules: 5\n").error, "x.yaml:1: 'rules' in a rules file must be a list of at least one map, but is one value");
  EXPECT_EQ(read("rules: []\n").error, "x.yaml:1: 'rules' in a rules file must be a list of at least one map, but is a list");
  EXPECT_EQ(read("rules: [7]\n").error, "x.yaml:1: rule 1 must be a map, but is one value");
  EXPECT_EQ(read("rules:\n  - threshold: [1]\n").error, "x.yaml:2: 'threshold' in rule 1 must be one value, but is a list");
  EXPECT_EQ(read("rules:\n  - threshold:\n").error, "x.yaml:2: 'threshold' in rule 1 must be one value, but is nothing");
  EXPECT_EQ(read("rules:\n  - threshold: 1\n    limits: 4\n").error,
            "x.yaml:3: 'limits' in rule 1 must be a map, but is one value");
  EXPECT_EQ(read("rules: [threshold: 1]\nhosts: {a: 1}\n").error, "x.yaml:2: host type 'a' must be a map, but is one value");
  EXPECT_EQ(read("rules: [threshold: 1]\nhosts: 1\n").error, "x.yaml:2: 'hosts' in a rules file must be a map of maps, but is one value");
  EXPECT_EQ(read("horizons: [[5m]]\nrules: [threshold: 1]\n").error,
            "x.yaml:1: 'horizons' in a rules file must be a list of single values");
}

TEST(Section, ReportsTheFirstErrorInTheFileWhateverTheOrderOfReading) {
  EXPECT_EQ(read("rules:\n  - threshold: 9999 %\n  - threshold: x\nhosts: {a: {price: y}}\n").error,
            "x.yaml:2: 'threshold' in rule 1: '9999 %' must be above 0 % and at most 1000 %");
  EXPECT_EQ(read("hosts: {a: {price: y}}\nrules:\n  - threshold: x\n").error,
            "x.yaml:1: 'price' in host type 'a': 'y' is not a number of USD/h");
}

TEST(Section, TakesTheErrorsOfItsReader) {
  EXPECT_EQ(read("rules:\n  - name: odd\n    threshold: 1\n").error, "x.yaml:2: rule 'odd': is odd");
}

}  // namespace
}  // namespace headroom::config
