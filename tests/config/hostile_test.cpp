// Hostile input: mutations of valid files. Whatever comes in, the reader answers with a value or one error of one
// line, soon, and without growing. A failure prints the seed: HEADROOM_SEED=<seed> replays it.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

#include "headroom/constraints/file.h"
#include "headroom/cost/price_book.h"
#include "headroom/rules/rules.h"

namespace headroom {
namespace {

constexpr int kMutations = 2000;
const std::string kTree = HEADROOM_SOURCE_DIR;

std::string slurp(const std::string& path) {
  std::ifstream in(path);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

std::uint64_t seed() {
  const char* given = std::getenv("HEADROOM_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 20130802;
}

long peak_memory_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

// Far above what a file of 1 MiB needs, far below what an expanding one would take. The address sanitizer keeps freed
// memory in quarantine and pads every block.
#ifdef __SANITIZE_ADDRESS__
constexpr long kMaxGrowthKib = 1536 * 1024;
#else
constexpr long kMaxGrowthKib = 384 * 1024;
#endif

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::string mutate(std::string text) {
    for (std::size_t i = 0, times = 1 + below(4); i < times && !text.empty(); ++i) mutate_once(text);
    return text;
  }
  std::size_t below(std::size_t n) { return random_() % n; }

 private:
  void mutate_once(std::string& text) {
    static const std::vector<std::string> kFragments{
        ": ", "- ", "[", "]", "{", "}", "&a ", "*a", "!!binary ", "!<", "%", "\"", "'", "|\n", ">\n", "\n---\n", "...", "? ",
        "<<: ", "\t", "\r\n", "#", "-1", "1e308", "nan", ".inf", "999999999999999999999", "0x7f", "~", "null", "\xff",
        "\xc0\x80", std::string(1, '\0'), "\xef\xbb\xbf", "\xfe\xff", "@", "`", ",", "\\", "80 %", "4 cores"};
    const std::size_t at = below(text.size());
    switch (below(8)) {
      case 0: text[at] = static_cast<char>(below(256)); break;
      case 1: text.erase(at, 1 + below(20)); break;
      case 2: text.insert(at, kFragments[below(kFragments.size())]); break;
      case 3: text.insert(at, text.substr(below(text.size()), below(200))); break;
      case 4: text.resize(at); break;
      case 5: text[at] = static_cast<char>(text[at] ^ (1 << below(8))); break;
      case 6: repeat(text, at); break;
      case 7: std::swap(text[at], text[below(text.size())]); break;
    }
  }

  // Now and then something long: nesting, indentation, a flood of one fragment.
  void repeat(std::string& text, std::size_t at) {
    static const std::vector<std::string> kUnits{"[", "{", "- ", "? ", "a: ", "{a: ", "\n", " ", "'", "&a ", "x", "- - "};
    std::string flood;
    const std::string& unit = kUnits[below(kUnits.size())];
    for (std::size_t i = 0, times = below(3000); i < times; ++i) flood += unit;
    text.insert(at, flood);
  }

  std::mt19937_64 random_;
};

void expect_one_line(const Error& error) {
  EXPECT_EQ(error.code, ErrorCode::kInvalid);
  EXPECT_TRUE(error.message.starts_with("h.yaml:")) << error.message;
  EXPECT_EQ(error.message.find('\n'), std::string::npos) << error.message;
  EXPECT_LT(error.message.size(), 1000u) << error.message;
}

TEST(HostileConfig, GivesAValueOrOneErrorForEveryMutation) {
  const std::vector<std::string> files{slurp(kTree + "/rules/default.yaml"), slurp(kTree + "/rules/reactive.yaml"),
                                       slurp(kTree + "/prices/default.yaml"), slurp(kTree + "/examples/constraints.yaml")};
  std::printf("seed %llu\n", static_cast<unsigned long long>(seed()));
  Mutator mutator(seed());
  const long before_kib = peak_memory_kib();
  int accepted = 0;
  for (int i = 0; i < kMutations && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("seed " + std::to_string(seed()) + ", mutation " + std::to_string(i));
    const std::string text = mutator.mutate(files[mutator.below(files.size())]);
    const auto rules = rules::parse_rules(text, "h.yaml", default_horizons());
    const auto prices = cost::parse_prices(text, "h.yaml");
    if (!rules) expect_one_line(rules.error());
    if (!prices) expect_one_line(prices.error());
    const auto constraints = constraints::parse_constraints(text, "h.yaml");
    if (!constraints) expect_one_line(constraints.error());
    EXPECT_LE(rules.has_value() + prices.has_value() + constraints.has_value(), 1);
    if (rules || prices || constraints) ++accepted;
    if (rules) {  // what is accepted can be written and read again
      const auto again = rules::parse_rules(rules::to_yaml(*rules), "h.yaml", default_horizons());
      EXPECT_TRUE(again) << again.error().message << "\n" << rules::to_yaml(*rules);
    }
    if (constraints) {
      const auto again = constraints::parse_constraints(constraints::to_yaml(*constraints), "h.yaml");
      EXPECT_TRUE(again) << again.error().message << "\n" << constraints::to_yaml(*constraints);
    }
  }
  EXPECT_GT(accepted, 100) << "nearly nothing was accepted: the mutations no longer reach the readers";
  EXPECT_LT(accepted, kMutations);
  EXPECT_LT(peak_memory_kib() - before_kib, kMaxGrowthKib);
}

// The largest files that pass the size limit, built to hurt.
TEST(HostileConfig, AnswersTheWorstFilesOfOneMebibyte) {
  const long before_kib = peak_memory_kib();
  for (const std::string unit : {"[", "{", "- ", "? ", "{a: ", "[{", "\n", "a", "'", "\"", "|\n", "&a ", "*", "!", "- - ", "a: b\n",
                                 "\xc3\xa9", ",", "[,", "- {}\n", "%", "#\n", ": ", "a:\n - b\n"}) {
    std::string text = "rules: ";
    while (text.size() + unit.size() <= config::kMaxFileBytes) text += unit;
    SCOPED_TRACE(unit);
    const auto rules = rules::parse_rules(text, "h.yaml", default_horizons());
    ASSERT_FALSE(rules);
    expect_one_line(rules.error());
  }
  EXPECT_LT(peak_memory_kib() - before_kib, kMaxGrowthKib);
}

}  // namespace
}  // namespace headroom
