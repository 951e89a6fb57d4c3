#include "headroom/daemon/news.h"

#include <gmock/gmock.h>

namespace headroom {
namespace {

using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Instant kNoon = instant_from_epoch_seconds(1'700'000'000);

// One VM on the first of two hosts, and what a round says about it.
struct Rig {
  Rig() {
    snapshot.hosts.resize(2);
    for (std::uint32_t h = 0; h < 2; ++h) {
      snapshot.hosts[h].id = HostId(h);
      snapshot.hosts[h].name = "h" + std::to_string(h + 1);
    }
    snapshot.vms.resize(1);
    snapshot.vms[0].id = VmId(0);
    snapshot.vms[0].name = "web-1";
  }
  std::vector<std::string> note(Duration after, const Round& round) {
    snapshot.taken_at = kNoon + after;
    return news.note(snapshot, round);
  }
  static Verdict verdict(Decision decision, std::int64_t cpu, std::string why) {
    Verdict v;
    v.action.kind = ActionKind::kMigrate;
    v.action.vm = VmId(0);
    v.action.from = HostId(0);
    v.action.to = HostId(1);
    v.action.before[Resource::kCpu] = 1000;
    v.action.after[Resource::kCpu] = cpu;
    v.decision = decision;
    v.why = std::move(why);
    return v;
  }
  static Round round(Decision decision, std::int64_t cpu, std::string why) {
    Round r;
    r.verdicts = {verdict(decision, cpu, std::move(why))};
    return r;
  }

  Snapshot snapshot;
  News news;
};

TEST(News, TellsARefusalAgainForANewReasonOnly) {
  Rig rig;
  EXPECT_EQ(rig.note({}, Rig::round(Decision::kRefused, 2000, "it was moved 3 min ago")).size(), 1U);
  EXPECT_THAT(rig.note(minutes(1), Rig::round(Decision::kRefused, 2250, "it was moved 4 min ago")), IsEmpty());
  EXPECT_EQ(rig.note(minutes(2), Rig::round(Decision::kRefused, 2250, "h2 was last heard long ago")).size(), 1U);
  EXPECT_THAT(rig.note(minutes(3), Rig::round(Decision::kRefused, 2250, "it was moved 6 min ago")), IsEmpty());
  EXPECT_THAT(rig.note(minutes(60), Rig::round(Decision::kRefused, 2000, "it was moved 63 min ago")), IsEmpty());
  EXPECT_EQ(rig.note(minutes(200), Rig::round(Decision::kRefused, 2000, "it was moved 9 min ago")).size(), 1U) << "not said for hours";
}

TEST(News, TellsEachBeginningAndEnd) {
  Rig rig;
  Round r = Rig::round(Decision::kStarted, 1000, "");
  EXPECT_THAT(rig.note({}, r), ElementsAre(::testing::StartsWith("web-1: begun: move from h1 to h2 (")));
  EXPECT_EQ(rig.note(minutes(1), r).size(), 1U);
  Round ended;
  Ended e;
  e.action = r.verdicts[0].action;
  e.outcome = ActionPhase::kDone;
  e.took = std::chrono::milliseconds(7210);
  e.downtime = std::chrono::milliseconds(430);
  ended.ended = {e};
  e.outcome = ActionPhase::kFailed;
  e.message = "the destination went away";
  e.downtime.reset();
  ended.ended.push_back(e);
  EXPECT_THAT(rig.note(minutes(2), ended), ElementsAre("web-1: done: move from h1 to h2, in 7.2 s, of which it was still for 0.4 s",
                                                       "web-1: failed: move from h1 to h2, in 7.2 s: the destination went away"));
}

TEST(News, TellsATroubleOnceThatItComesAndOnceThatItIsOver) {
  Rig rig;
  const auto tell = [&](Duration after, std::vector<std::string> troubles) { return rig.news.note_troubles(troubles, "", kNoon + after); };
  EXPECT_THAT(tell({}, {"h2: no route to host; tried again from 2023-11-14T22:13:21Z on"}), ElementsAre("h2: no route to host; tried again from 2023-11-14T22:13:21Z on"));
  EXPECT_THAT(tell(minutes(1), {"h2: no route to host; tried again from 2023-11-14T22:14:25Z on"}), IsEmpty());
  EXPECT_EQ(tell(minutes(2), {"h1: no route to host; tried again from 2023-11-14T22:14:25Z on"}).size(), 2U) << "h1 is not h2";
  EXPECT_EQ(tell(minutes(3), {}).size(), 1U);
  EXPECT_THAT(tell(minutes(3), {"qemu+tcp://10.7.0.1/system: away", "qemu+tcp://10.7.0.2/system: away", "no route to 10.7.0.3", "no route to 10.7.0.4"}),
              ::testing::SizeIs(4));
  tell(minutes(3), {});
  EXPECT_EQ(tell(minutes(4), {"h1: no route to host; tried again from 2023-11-14T22:17:25Z on"}).size(), 1U) << "it came back";
}

TEST(News, TellsAnAlarmWhenItComesAndWhenItGoes) {
  News news;
  EXPECT_THAT(news.note_troubles({}, "two managers", kNoon), ElementsAre("ALARM, nothing is begun any more: two managers"));
  EXPECT_THAT(news.note_troubles({}, "two managers", kNoon), IsEmpty());
  EXPECT_THAT(news.note_troubles({}, "", kNoon), ElementsAre("the alarm is over"));
}

}  // namespace
}  // namespace headroom
