#include "../src/resize_steps.h"

#include <gmock/gmock.h>

#include "../src/lever.h"
#include "corpus.h"
#include "headroom/libvirt/scaling.h"

namespace headroom::libvirt {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<Step> steps(const Domain& d, Resources after) {
  const auto found = steps_to(d, allocation_of(d), after);
  EXPECT_TRUE(found) << found.error().message;
  return found.value_or(std::vector<Step>{});
}
std::string refusal(const Domain& d, Resources after) {
  const auto found = steps_to(d, allocation_of(d), after);
  return found ? "" : found.error().message;
}
Resources with(const Domain& d, Resource r, std::int64_t amount) {
  Resources after = allocation_of(d);
  after[r] = amount;
  return after;
}

TEST(ResizeSteps, AreNoneWhenNothingChanges) {
  for (const char* file : {"plain", "emulated", "throttled"}) EXPECT_THAT(steps(domain(file), allocation_of(domain(file))), IsEmpty()) << file;
}

TEST(ResizeSteps, GiveWholeVcpusAndAQuotaForWhatIsLess) {
  const Domain d = domain("plain");  // 2 of 4 vCPUs, one of them removable
  auto found = steps(d, with(d, Resource::kCpu, 3000));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].lever, LeverKind::kVcpus);
  EXPECT_EQ(found[0].former, 2);
  EXPECT_EQ(found[0].wanted, 3);
  found = steps(d, with(d, Resource::kCpu, 2400));
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].wanted, 3);
  EXPECT_EQ(found[1].lever, LeverKind::kQuota);
  EXPECT_EQ(found[1].former, kNoQuota);
  EXPECT_EQ(found[1].wanted, 80'000);  // of 100,000, on each of the three
  EXPECT_EQ(found[1].period_us, 100'000);
  EXPECT_THAT(refusal(d, with(d, Resource::kCpu, 4001)), HasSubstr("4 vCPUs at most, not 5"));
  EXPECT_THAT(refusal(d, with(d, Resource::kCpu, 0)), HasSubstr("no CPU at all"));
}

TEST(ResizeSteps, ShrinkByQuotaWhereAVcpuCannotGo) {
  Domain d = domain("plain");
  EXPECT_EQ(steps(d, with(d, Resource::kCpu, 1000))[0].lever, LeverKind::kVcpus);
  d.removable_vcpus = 0;
  auto found = steps(d, with(d, Resource::kCpu, 1000));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].lever, LeverKind::kQuota);
  EXPECT_EQ(found[0].wanted, 50'000);
  d.removable_vcpus = 1;
  d.type = "qemu";  // removable by its XML, and never removed
  EXPECT_EQ(steps(d, with(d, Resource::kCpu, 1000))[0].lever, LeverKind::kQuota);
}

TEST(ResizeSteps, LiftAQuotaThatIsNotNeededAndLetSharesFollow) {
  Domain d = domain("plain");
  d.quota_us = 25'000;
  d.period_us = 50'000;
  d.shares = 1024;
  auto found = steps(d, with(d, Resource::kCpu, 2000));  // from 1000
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].former, 25'000);
  EXPECT_EQ(found[0].wanted, kNoQuota);
  EXPECT_EQ(found[0].period_us, 50'000);
  EXPECT_EQ(found[1].lever, LeverKind::kShares);
  EXPECT_EQ(found[1].wanted, 2048);
}

// What the steps lead to has to be the allocation that was asked for, or the inventory would never agree.
TEST(ResizeSteps, LeadToTheAllocationThatWasAskedFor) {
  for (const char* file : {"plain", "emulated"}) {
    for (std::int64_t cpu = 100; cpu <= 4000; cpu += 50) {
      Domain d = domain(file);
      for (const Step& s : steps(d, with(d, Resource::kCpu, cpu))) {
        if (s.lever == LeverKind::kVcpus) d.vcpus = s.wanted;
        if (s.lever != LeverKind::kQuota) continue;
        d.quota_us = s.wanted;
        d.period_us = s.period_us;
      }
      EXPECT_NEAR(static_cast<double>(allocation_of(d).cpu().count()), static_cast<double>(cpu), 1) << file;
    }
  }
}

TEST(ResizeSteps, TakeTheVirtioMemDeviceFirstAndTheBalloonForTheRest) {
  const Domain d = domain("emulated");  // 256 MiB, 128 of them in a device of up to 256
  auto found = steps(d, with(d, Resource::kMemory, (320_MiB).count()));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].lever, LeverKind::kVirtioMem);
  EXPECT_EQ(found[0].device, "virtiomem0");
  EXPECT_EQ(found[0].former, (128_MiB).count());
  EXPECT_EQ(found[0].wanted, (192_MiB).count());
  found = steps(d, with(d, Resource::kMemory, (64_MiB).count()));
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].wanted, 0);
  EXPECT_EQ(found[1].lever, LeverKind::kBalloon);
  EXPECT_EQ(found[1].wanted, (64_MiB).count());
  // Of 192 MiB to be given up one block of 2 MiB may stay in use: the balloon, which counts all, makes up for it.
  EXPECT_TRUE(found[0].reached((2_MiB).count()));
  EXPECT_FALSE(found[0].reached((16_MiB).count()));
  EXPECT_THAT(refusal(d, with(d, Resource::kMemory, (4_GiB).count())), HasSubstr("balloon goes up to 384 MiB"));
  const Domain none = domain("no_balloon");
  EXPECT_THAT(refusal(none, with(none, Resource::kMemory, (64_MiB).count())), HasSubstr("neither a balloon"));
}

TEST(ResizeSteps, ScaleTheLimitsOfAllDisksAlike) {
  const Domain d = domain("throttled");
  const Resources now = allocation_of(d);
  auto found = steps(d, with(d, Resource::kDisk, 2 * now[Resource::kDisk]));
  ASSERT_THAT(found, SizeIs(3));  // one disk has a limit of all, the other one of each way
  for (const Step& s : found) {
    EXPECT_EQ(s.lever, LeverKind::kDisk);
    EXPECT_EQ(s.wanted, 2 * s.former) << s.device << " " << s.field;
  }
  EXPECT_EQ(found[0].field, "total_bytes_sec");
  EXPECT_EQ(found[1].field, "read_bytes_sec");
  EXPECT_EQ(found[2].field, "write_bytes_sec");
  EXPECT_NE(found[0].device, found[1].device);
  EXPECT_EQ(found[1].device, found[2].device);
  EXPECT_THAT(refusal(d, with(d, Resource::kDisk, 0)), HasSubstr("would stop its disks"));
  EXPECT_THAT(refusal(domain("plain"), with(domain("plain"), Resource::kDisk, 1)), HasSubstr("no limit to change"));
}

TEST(ResizeSteps, ScaleTheLimitsOfAllNicsAlikeInWholeKibibytes) {
  Domain d = domain("plain");
  EXPECT_THAT(refusal(d, with(d, Resource::kNetwork, 1)), HasSubstr("not all of its NICs are limited both ways"));
  ASSERT_FALSE(d.nics.empty());
  for (Nic& nic : d.nics) nic.throttle = {{}, 1000 * 1024, 500 * 1024};
  const auto found = steps(d, with(d, Resource::kNetwork, allocation_of(d)[Resource::kNetwork] / 3));
  ASSERT_THAT(found, SizeIs(2 * d.nics.size()));
  EXPECT_EQ(found[0].lever, LeverKind::kNetwork);
  EXPECT_EQ(found[0].device, d.nics[0].mac);
  EXPECT_EQ(found[0].field, "inbound");
  EXPECT_EQ(found[0].wanted, 333 * 1024);
  EXPECT_EQ(found[1].field, "outbound");
  EXPECT_EQ(found[1].wanted, 167 * 1024);
  EXPECT_EQ(steps(d, with(d, Resource::kNetwork, 1))[0].wanted, 1024);
  EXPECT_THAT(refusal(d, with(d, Resource::kNetwork, 0)), HasSubstr("would cut its network off"));
}

TEST(MayResize, SaysWhatTheJudgementSays) {
  const Domain d = domain("silent_guest");
  const Resources now = allocation_of(d);
  EXPECT_TRUE(may_resize(d, now, now));
  EXPECT_THAT(may_resize(d, now, with(d, Resource::kMemory, now.memory().count() / 2)).error().message,
              HasSubstr("its memory cannot shrink while it runs: the guest does not report"));
  EXPECT_TRUE(may_resize(d, now, with(d, Resource::kMemory, now.memory().count() / 2), true)) << "somebody else in it tells what it needs";
  const Domain off = domain("off");
  EXPECT_THAT(may_resize(off, allocation_of(off), with(off, Resource::kCpu, 500)).error().message, HasSubstr("it is off"));
}

TEST(VirtioMemDevice, KeepsAllOfItsXmlButTheRequest) {
  const std::string device = with_requested(data("emulated"), "virtiomem0", (64_MiB).count());
  EXPECT_THAT(device, HasSubstr("<requested unit='KiB'>65536</requested>"));
  EXPECT_THAT(device, HasSubstr("<current unit='KiB'>131072</current>"));
  EXPECT_TRUE(device.starts_with("<memory model='virtio-mem'>"));
  EXPECT_TRUE(device.ends_with("</memory>"));
  EXPECT_EQ(with_requested(data("emulated"), "virtiomem1", 0), "");
  EXPECT_EQ(with_requested("<memory model='virtio-mem'", "virtiomem0", 0), "");
}

}  // namespace
}  // namespace headroom::libvirt
