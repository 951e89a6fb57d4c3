// Strangers and agents who mean harm: memory stays what it was, and those who mean none wait no longer for it.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

#include "headroom/base/descriptor.h"
#include "headroom/base/stop.h"
#include "headroom/ingest/testing/half_open.h"
#include "rig.h"

namespace headroom::ingest {
namespace {

using namespace testing;

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr double kAny = 1e9;   // MiB

// A sanitizer keeps what was freed, and shadows the rest.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

bool long_run() { return std::getenv("HEADROOM_LONG") != nullptr; }

double resident_mib() {
  malloc_trim(0);
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// Both ends are in this process, and it has descriptors for so many.
std::size_t at_most(std::size_t count) {
  const std::size_t descriptors = raise_descriptor_limit();
  return std::min<std::size_t>(count, descriptors > 2000 ? (descriptors - 2000) / 2 : 100);
}

// An agent that reports at its time and notes how long each report took to be acknowledged.
class Steady {
 public:
  Steady(int port, const Credential& me, int reports, Duration every) : agent_(port, me, {.patience_ms = 20'000}) {
    greeted(agent_, id_of('s'));
    thread_ = std::thread([this, reports, every] {
      const Stop never;
      Stopwatch since;
      for (int i = 1; i <= reports; ++i) {
        const double sent = since.seconds();
        agent_.send(report_of(static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(1e9 + sent * 1e9)));
        if (!acknowledged(agent_, static_cast<std::uint64_t>(i))) return;
        delays_s.push_back(since.seconds() - sent);
        never.wait_for(every);
      }
    });
  }
  ~Steady() { join(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }
  double p99() {
    join();
    if (delays_s.empty()) return 1e9;
    std::sort(delays_s.begin(), delays_s.end());
    return delays_s[std::min(delays_s.size() - 1, delays_s.size() * 99 / 100)];
  }
  std::vector<double> delays_s;

 private:
  TestAgent agent_;
  std::thread thread_;
};

TEST(HostileIngest, HalfOpenConnectionsTakeNoMemoryAndKeepNobodyOut) {
  Rig rig;
  const Credential me = rig.agent();
  const double before = resident_mib();
  HalfOpen crowd(rig.port(), at_most(10'000));
  const double grown = resident_mib() - before;
  Steady steady(rig.port(), me, 20, Duration(10));
  const double p99 = steady.p99();
  fmt::print("half open: {} connections, {:.1f} MiB resident before, {:.1f} more with them; P99 of reports meanwhile {:.3f} s\n", crowd.count(), before, grown, p99);
  EXPECT_GE(crowd.count(), 400u) << "the descriptor limit is too low to say anything";
  EXPECT_LE(grown, kSanitized ? kAny : std::max(2.0, before * 0.1));
  EXPECT_EQ(steady.delays_s.size(), 20u);
  EXPECT_LE(p99, 1);
}

TEST(HostileIngest, HandshakesThatStopHalfWayArePushedOut) {
  Rig rig;
  const Credential me = rig.agent();
  const double before = resident_mib();
  // The head of a TLS record that promises 512 bytes of a ClientHello.
  HalfOpen crowd(rig.port(), at_most(3'000), std::string("\x16\x03\x01\x02\x00\x01", 6));
  EXPECT_TRUE(poll_until([&] { return TestAgent(rig.port(), me).shaken(); }, kPatience));
  const double grown = resident_mib() - before;
  fmt::print("half a handshake: {} connections, {:.1f} MiB resident before, {:.1f} more with them\n", crowd.count(), before, grown);
  EXPECT_LE(grown, kSanitized ? kAny : std::max(2.0, before * 0.1));
}

TEST(HostileIngest, HandshakesThatWaitForTheirEndAreFew) {
  Rig rig;
  const Credential me = rig.agent();
  const double before = resident_mib();
  // A whole hello of a client, and nothing after it.
  HalfOpen crowd(rig.port(), at_most(1'000), client_hello(), 200);
  Steady steady(rig.port(), me, 20, Duration(10));
  const double p99 = steady.p99();
  const double grown = resident_mib() - before;
  fmt::print("handshakes without an end: {} connections, {:.1f} MiB resident before, {:.1f} more with them; P99 of reports {:.3f} s\n", crowd.count(), before, grown, p99);
  EXPECT_LE(grown, kSanitized ? kAny : 6) << "64 are kept, with TLS's state";
  EXPECT_LE(p99, 1);
}

TEST(HostileIngest, WhoShowsNothingIsCutOffInTime) {
  IngestOptions options;
  options.prove_within = std::chrono::seconds(1);
  Rig rig(options);
  const int fd = connect_to(rig.port(), 10'000);
  char byte = 0;
  EXPECT_EQ(recv(fd, &byte, 1, 0), 0) << "the manager ends it";
  close(fd);
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

void wait_for_descriptors_to_settle() {
  std::ptrdiff_t last = -1, same = 0;
  EXPECT_TRUE(poll_until([&] {
    const auto now = std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
    same = now == std::exchange(last, now) ? same + 1 : 0;
    return same >= 20;
  }, kPatience));
}

TEST(HostileIngest, OutOfDescriptorsItWaitsForOneWithoutTurningRound) {
  Rig rig;
  TestAgent agent(rig.port(), rig.agent(), {.patience_ms = 700});
  greeted(agent, id_of('r'));
  wait_for_descriptors_to_settle();   // what the join used is closed when it is
  const Descriptor late(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int next = dup(late.get());   // the lowest that is free
  close(next);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = static_cast<rlim_t>(next);
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &low), 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(rig.port()));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int connected = connect(late.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
  const double cpu = cpu_seconds();
  EXPECT_FALSE(agent.receive()) << "nothing is told it, for as long as it waits";
  const double spent = cpu_seconds() - cpu;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_EQ(connected, 0);
  EXPECT_LE(spent, 0.2);
  ASSERT_EQ(send(late.get(), "no handshake", 12, MSG_NOSIGNAL), 12);
  const timeval patience{10, 0};
  setsockopt(late.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char byte = 0;
  errno = 0;
  EXPECT_LE(recv(late.get(), &byte, 1, 0), 0) << "it is heard, and refused";
  EXPECT_NE(errno, EAGAIN);
  EXPECT_THAT(rig.said(), ::testing::Contains(::testing::HasSubstr("no descriptor is left for more than 1 connections")));
}

TEST(HostileIngest, GarbageOfAnyKindIsSurvived) {
  const char* given = std::getenv("HEADROOM_SEED");
  const auto seed = given ? std::strtoull(given, nullptr, 10) : std::random_device()();
  fmt::print("HEADROOM_SEED={}\n", seed);
  std::mt19937_64 random(seed);
  Rig rig;
  const Credential me = rig.agent();
  const auto noise = [&](std::size_t size) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
  };
  for (int i = 0; i < (long_run() ? 2000 : 60); ++i) {
    if (i % 3 == 0) {
      HalfOpen one(rig.port(), 1, noise(1 + random() % 2000));
    } else {
      TestAgent agent(rig.port(), i % 3 == 1 ? me : Credential{}, {.patience_ms = 300});
      if (i % 2 == 0) agent.send(hello_of(id_of('r')));
      std::string frame;
      wire::append_frame(noise(1 + random() % 4000), frame);
      agent.send_bytes(random() % 2 ? frame : noise(1 + random() % 4000));
      agent.last_words();
    }
  }
  Steady steady(rig.port(), me, 3, Duration(0));
  EXPECT_LE(steady.p99(), 1);
}

// It is not read for a while, and told meanwhile to leave.
TEST(HostileIngest, WhoFloodsAndIsReplacedMeanwhileIsSeenOff) {
  IngestOptions options;
  options.messages_per_second = 1;
  options.message_burst = 5;
  Rig rig(options);
  const Credential me = rig.agent();
  for (int i = 0; i < 5; ++i) {
    TestAgent flooding(rig.port(), me), newer(rig.port(), me);
    greeted(flooding, id_of('f'));
    std::string frames;
    for (std::uint64_t k = 1; k <= 20; ++k) wire::append(report_of(k, k * kSecond), frames);
    flooding.send_bytes(frames);
    newer.send(hello_of(id_of('n')));
    const auto last = flooding.last_words();
    EXPECT_TRUE(last && last->has_goodbye());
    EXPECT_TRUE(poll_until([&] { return TestAgent(rig.port(), rig.agent(kOther)).shaken(); }, kPatience)) << "it serves on";
  }
}

// A new run of an agent makes durable what waits, others' reports among it.
TEST(HostileIngest, WhoBeginsAnewTakesNobodysAcknowledgementAway) {
  IngestOptions options;
  options.commit_every = std::chrono::seconds(1);
  Rig rig(options);
  const Credential me = rig.agent(), other = rig.agent(kOther);
  TestAgent honest(rig.port(), me), first(rig.port(), other), second(rig.port(), other);
  greeted(honest, id_of('h'));
  greeted(first, id_of('1'));
  honest.send(report_of(1, kSecond));
  first.send(report_of(1, kSecond));
  EXPECT_TRUE(poll_until([&] { return rig.board.find(kOther)->reports == 1 && rig.board.find(kOne)->reports == 1; }, kPatience));
  greeted(second, id_of('2'));
  EXPECT_TRUE(acknowledged(honest, 1));
}

TEST(HostileIngest, AFloodOverManyConnectionsIsReadNoFasterThanOverOne) {
  IngestOptions options;
  options.messages_per_second = 10;
  options.message_burst = 50;
  Rig rig(options);
  const Credential me = rig.agent();
  const Stopwatch since;
  std::uint64_t sequence = 0;
  for (int i = 0; i < 20; ++i) {
    TestAgent agent(rig.port(), me, {.patience_ms = 200});
    agent.send(hello_of(id_of('f')));
    std::string frames;
    for (int k = 0; k < 60; ++k, ++sequence) wire::append(report_of(sequence + 1, (sequence + 1) * kSecond), frames);
    agent.send_bytes(frames);
    while (agent.receive()) continue;
  }
  const auto taken = rig.board.find(kOne)->reports;
  fmt::print("flood over 20 connections: {} of {} reports taken in {:.1f} s\n", taken, sequence, since.seconds());
  EXPECT_GE(taken, 20U);
  EXPECT_LE(static_cast<double>(taken), 50 + 10 * (since.seconds() + 1));
}

TEST(HostileIngest, AFloodOfSomeDelaysNoOthersAndIsReadNoFasterThanItMay) {
  IngestOptions options;
  options.messages_per_second = 10;
  options.message_burst = 50;
  Rig rig(options);
  const int agents = 20, flooders = 2;
  std::vector<Credential> all;
  for (int i = 0; i < agents; ++i) all.push_back(rig.agent(fmt::format("6f1c2d3e-0000-4000-8000-{:012x}", i + 1)));
  const double before = resident_mib();
  std::atomic<bool> over = false;
  std::vector<std::thread> floods;
  for (int i = 0; i < flooders; ++i)
    floods.emplace_back([&, i] {
      TestAgent agent(rig.port(), all[static_cast<std::size_t>(i)], {.patience_ms = 200});
      greeted(agent, id_of('f'));
      std::string frames;
      std::uint64_t sequence = 0;
      while (!over) {
        frames.clear();
        for (int k = 0; k < 100; ++k, ++sequence) wire::append(report_of(sequence + 1, sequence * kSecond), frames);
        agent.send_bytes(frames);
      }
    });
  std::vector<std::unique_ptr<Steady>> honest;
  const int reports = long_run() ? 300 : 20;
  for (int i = flooders; i < agents; ++i) honest.push_back(std::make_unique<Steady>(rig.port(), all[static_cast<std::size_t>(i)], reports, std::chrono::milliseconds(100)));
  std::vector<double> delays;
  for (auto& h : honest) {
    h->join();
    delays.insert(delays.end(), h->delays_s.begin(), h->delays_s.end());
  }
  const double grown = resident_mib() - before;
  over = true;
  for (auto& t : floods) t.join();
  std::sort(delays.begin(), delays.end());
  ASSERT_EQ(delays.size(), static_cast<std::size_t>((agents - flooders) * reports));
  const double p99 = delays[delays.size() * 99 / 100];
  const auto taken = rig.board.find(fmt::format("6f1c2d3e-0000-4000-8000-{:012x}", 1))->reports;
  fmt::print("flood: {} reports of others, P99 {:.3f} s; {} taken of a flooder; {:.1f} MiB resident before, {:.1f} more\n", delays.size(), p99, taken, before, grown);
  EXPECT_LE(p99, 1);
  EXPECT_LE(grown, kSanitized ? kAny : std::max(3.0, before * 0.1)) << "the flood's own frames in this process counted";
  EXPECT_LE(taken, 50u + 10u * 60u);
}

}  // namespace
}  // namespace headroom::ingest
