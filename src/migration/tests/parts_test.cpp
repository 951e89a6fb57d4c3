// The parts that the schedule is made of, where a mistake would be hard to see from outside.
#include <gmock/gmock.h>

#include <random>

#include "../src/components.h"
#include "../src/pool.h"

namespace headroom::migration {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Pool, HandsOutWhatNobodyHasHadBeforeWhatSomebodyGave) {
  Pool pool(10);
  Waits first, second;
  pool.take(4, first);
  pool.give(4, 7);
  pool.take(6, second);
  EXPECT_THAT(second.legs(), IsEmpty());
  pool.take(4, second);
  EXPECT_THAT(second.legs(), ElementsAre(7));
}

TEST(Pool, PrefersThePiecesOfThoseThatAreWaitedForAnyway) {
  Pool pool(5);
  Waits all, waits;
  pool.take(5, all);
  pool.give(2, 1);
  pool.give(3, 2);
  waits.add(2);
  pool.take(3, waits);
  EXPECT_THAT(waits.legs(), ElementsAre(2));
  EXPECT_EQ(pool.free(), 2);
}

TEST(Pool, LetsWhoTakesWaitForAllThatPaidWhatWasOwed) {
  Pool pool(-5);
  pool.give(3, 1);
  pool.give(4, 2);
  pool.give(4, 3);
  EXPECT_EQ(pool.free(), 6);
  Waits waits;
  pool.take(1, waits);
  EXPECT_THAT(waits.legs(), ElementsAre(1, 2));
}

TEST(Components, AreWhoReachesOneAnother) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    const std::size_t n = 1 + random() % 12;
    Graph graph(n);
    std::vector<std::vector<bool>> reaches(n, std::vector<bool>(n, false));
    for (std::size_t i = 0; i < n; ++i) reaches[i][i] = true;
    for (std::size_t e = random() % (2 * n); e > 0; --e) {
      const std::size_t from = random() % n, to = random() % n;
      graph[from].push_back(static_cast<std::int32_t>(to));
      reaches[from][to] = true;
    }
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
          if (reaches[i][k] && reaches[k][j]) reaches[i][j] = true;
    std::vector<int> component(n, -1);
    const auto found = components(graph);
    for (std::size_t c = 0; c < found.size(); ++c)
      for (std::int32_t node : found[c]) component[static_cast<std::size_t>(node)] = static_cast<int>(c);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) {
        EXPECT_EQ(component[i] == component[j], reaches[i][j] && reaches[j][i]);
        if (reaches[i][j]) {
          EXPECT_GE(component[i], component[j]);  // whom others lead to come first
        }
      }
  }
}

TEST(Components, OfALongChainDoNotExhaustTheStack) {
  Graph graph(200'000);
  for (std::size_t i = 0; i + 1 < graph.size(); ++i) graph[i].push_back(static_cast<std::int32_t>(i + 1));
  EXPECT_EQ(components(graph).size(), graph.size());
}

}  // namespace
}  // namespace headroom::migration
