// Mutates valid files: whatever comes in, read_fleet() gives a fleet or one error, and never falls over.
#include <gtest/gtest.h>

#include <random>

#include "trace_files.h"

namespace headroom {
namespace {

std::string valid_file(int kind) {
  std::string text = kind == 0 ? kCuratedHeader : kind == 1 ? kGwaHeader : "vm,s0,s1,s2,s3\n";
  for (int i = 0; i < 12; ++i) {
    const std::string t = std::to_string(1372629804 + 300 * i);
    if (kind == 0) text += t + ",5852,1.5,8218624,1034593,160.867,21.733,0.267,1.467\n";
    if (kind == 1) text += t + ";\t2;\t5852;\t87;\t1.5;\t8218624;\t1034593;\t160.8;\t21.7;\t0.2;\t1.4\n";
    if (kind == 2) text += "vm" + std::to_string(i) + ",1,2.5,,4\n";
  }
  return text;
}

void mutate(std::string& bytes, std::mt19937& random) {
  static const std::vector<std::string> kTokens{
      "-",  "nan", "inf",  "1e308", "99999999999999999999", "\n", ",", ";", "\r", std::string(1, '\0'), "0",
      "vm", ".",   "\xff", "e",     "t,cpu_cap_mhz,"};
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  for (std::size_t i = 0, n = 1 + below(3); i < n && !bytes.empty(); ++i) {
    const std::size_t at = below(bytes.size());
    switch (below(5)) {
      case 0:
        bytes[at] = static_cast<char>(below(256));
        break;
      case 1:
        bytes.insert(at, kTokens[below(kTokens.size())]);
        break;
      case 2:
        bytes.erase(at, 1 + below(20));
        break;
      case 3:
        bytes.resize(at);
        break;
      default:
        bytes.insert(at, bytes.substr(below(bytes.size()), 1 + below(60)));
    }
  }
}

TEST(FuzzedTrace, IsAFleetOrOneErrorButNeverACrash) {
  const unsigned seed = 20130802;
  std::printf("seed %u\n", seed);
  std::mt19937 random(seed);
  TraceFiles files;
  int read = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = valid_file(i % 3);
    if (i % 4 == 3) bytes = TraceFiles::gzip(bytes);
    mutate(bytes, random);
    const auto fleet = read_fleet({files.write(i % 2 == 0 ? "mem.csv" : "a.csv", bytes)});
    if (fleet) {
      ++read;
      continue;
    }
    EXPECT_EQ(fleet.error().code, ErrorCode::kInvalid) << "round " << i << ": " << fleet.error().message;
    EXPECT_EQ(fleet.error().message.find('\n'), std::string::npos) << "round " << i;
  }
  EXPECT_GT(read, 20);  // the mutations are small enough for some to pass
}

}  // namespace
}  // namespace headroom
