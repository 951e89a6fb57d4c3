#include "headroom/wire/message.h"

#include <gtest/gtest.h>

#include "headroom/wire/frame.h"

namespace headroom::wire {
namespace {

v1::FromAgent report() {
  v1::FromAgent message;
  v1::Report& r = *message.mutable_report();
  r.set_sequence(7);
  r.set_boottime_ns(123'456'789);
  r.set_span_ms(1000);
  r.set_samples(1);
  for (int i = 0; i < kMetricCount; ++i) r.add_mean(i % 5 == 4 ? -1 : 1000 * i);
  v1::Disk& disk = *r.add_disks();
  disk.set_name("vda");
  disk.set_write_bytes_per_s(4096);
  r.add_nics()->set_name("eth0");
  return message;
}

std::string refusal(const v1::FromAgent& message) {
  const auto got = decode_from_agent(message.SerializeAsString());
  return got ? "taken" : got.error().message;
}

TEST(Messages, GoThroughAFrameUnchanged) {
  std::string out;
  append(report(), out);
  FrameReader frames;
  ASSERT_TRUE(frames.push(out));
  const auto got = decode_from_agent(*frames.next());
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->SerializeAsString(), report().SerializeAsString());
}

TEST(Messages, OfOneSampleOfAUsualGuestTakeUnderTwoHundredBytes) {
  std::string out;
  append(report(), out);
  EXPECT_LT(out.size(), 200u);
}

TEST(Messages, AreRefusedWithTheFieldThatIsOutOfShape) {
  v1::FromAgent message = report();
  message.mutable_report()->set_sequence(0);
  EXPECT_EQ(refusal(message), "Report.sequence is 0; reports are numbered from 1");
  message = report();
  message.mutable_report()->add_least(1);
  EXPECT_EQ(refusal(message), "a report's lists of values are not of one length");
  message = report();
  for (int i = 0; i < kMostDevices; ++i) message.mutable_report()->add_disks()->set_name("vdb");
  EXPECT_EQ(refusal(message), "Report.disks has 17 entries; at most 16 are taken");
  message = report();
  message.mutable_report()->mutable_nics(0)->set_name(std::string(33, 'e'));
  EXPECT_EQ(refusal(message), "Report.nics has 33 bytes; at most 32 are taken");
  message.mutable_hello()->set_version_min(1);
  EXPECT_EQ(refusal(message), "Hello's range of versions is empty");
  message.mutable_hello()->set_version_max(1);
  EXPECT_EQ(refusal(message), "Hello.boot_id has 0 bytes instead of 16");
  message.mutable_join()->set_token("hrj1-x");
  EXPECT_EQ(refusal(message), "Join.csr is empty");
  message.mutable_result()->set_id(std::string(16, 'i'));
  message.mutable_result()->set_reason(std::string(241, 'r'));
  EXPECT_EQ(refusal(message), "DirectiveResult.reason has 241 bytes; at most 240 are taken");
  for (int i = 0; i < 33; ++i) message.mutable_abilities()->add_features(v1::FEATURE_HOOKS);
  EXPECT_EQ(refusal(message), "Abilities.features has 33 entries; at most 32 are taken");
}

TEST(Messages, OfTheManagerAreHeldToTheirShapeToo) {
  v1::ToAgent message;
  message.mutable_directive()->set_id("short");
  EXPECT_FALSE(decode_to_agent(message.SerializeAsString()));
  message.mutable_directive()->set_id(std::string(16, 'i'));
  EXPECT_TRUE(decode_to_agent(message.SerializeAsString()));
  message.mutable_directive()->mutable_sampling()->set_interval_ms(10);
  EXPECT_FALSE(decode_to_agent(message.SerializeAsString()));
  message.mutable_welcome()->set_version(1);
  message.mutable_welcome()->set_interval_ms(60'001);
  EXPECT_FALSE(decode_to_agent(message.SerializeAsString()));
  message.mutable_renewed();
  EXPECT_FALSE(decode_to_agent(message.SerializeAsString()));
}

TEST(Messages, OfAKindThatIsNotKnownAreTakenForNewerOnes) {
  const std::string field_fourteen("\x72\x02\x08\x01", 4);
  const auto got = decode_from_agent(field_fourteen);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->body_case(), v1::FromAgent::BODY_NOT_SET);
}

TEST(Messages, LeaveNothingOfTheOneBeforeInAnObjectThatIsUsedAgain) {
  v1::FromAgent reused;
  ASSERT_TRUE(decode(report().SerializeAsString(), reused));
  v1::FromAgent bye;
  bye.mutable_goodbye()->set_code(v1::Goodbye::STOPPING);
  ASSERT_TRUE(decode(bye.SerializeAsString(), reused));
  EXPECT_EQ(reused.SerializeAsString(), bye.SerializeAsString());
}

TEST(Messages, ThatOthersWroteAreShownWithoutControlsOrEscapes) {
  EXPECT_EQ(printable("ok\x1b[2J\xff\n."), "ok?[2J??.");
  EXPECT_EQ(printable(std::string(1000, 'a')).size(), kMostTextBytes);
}

TEST(Versions, AreTheHighestThatBothSpeak) {
  EXPECT_EQ(common_version(1, 1), 1u);
  EXPECT_EQ(common_version(1, 9), 1u);
  EXPECT_EQ(common_version(2, 9), 0u);
}

}  // namespace
}  // namespace headroom::wire
