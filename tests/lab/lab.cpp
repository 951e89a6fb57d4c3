#include "lab.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace headroom::lab {
namespace {

// Tests of one source tree run one at a time; those of another, beside it on this machine, wait here until this process has ended.
void take_turns() {
  static const int held = [] {
    const int file = open("/run/lock/headroom-lab-tests", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file >= 0) flock(file, LOCK_EX);
    return file;
  }();
  static_cast<void>(held);
}

}  // namespace

PowerCommand Lab::power(const std::string& host) const {
  return {.program = "/usr/bin/env",
          .arguments = {fmt::format("LAB_NAME={}", setting_.name), fmt::format("LAB_NET={}", setting_.net), HEADROOM_SOURCE_DIR "/lab.sh", "power"},
          .host = host};
}

long Lab::times_told(const std::string& what) const {
  std::ifstream log(folder() + "/power.log");
  long times = 0;
  for (std::string line; std::getline(log, line);) times += line.ends_with(" " + what) ? 1 : 0;
  return times;
}

Ran Lab::run(const std::string& verb) const {
  take_turns();
  return run_line(fmt::format("LAB_NAME={} LAB_NET={} LAB_GUESTS='{}' LAB_GUEST_PROGRAM={}/lab-guest {} {}/lab.sh {}", setting_.name, setting_.net,
                              setting_.guests, HEADROOM_BINARY_DIR, setting_.more, HEADROOM_SOURCE_DIR, verb));
}

std::string Lab::say(const std::string& verb) const {
  Ran ran = run(verb);
  if (ran.exit_code != 0) ADD_FAILURE() << "lab.sh " << verb << " ended with " << ran.exit_code << ": " << ran.text;
  while (!ran.text.empty() && ran.text.back() == '\n') ran.text.pop_back();
  return ran.text;
}

std::string Lab::where(const std::string& vm) const {
  const Ran ran = run("where " + vm);
  return ran.exit_code == 0 ? ran.text.substr(0, ran.text.find('\n')) : "";
}

int Lab::places(const std::string& vm) const {
  int running = 0;
  for (const char* host : {"h1", "h2"}) running += run(fmt::format("virsh {} domstate {}", host, vm)).text.starts_with("running") ? 1 : 0;
  return running;
}

nlohmann::json Lab::status(const std::string& vm) const {
  const std::string text = say("ask " + vm + " status");
  return nlohmann::json::parse(text.substr(0, text.find('\n')), nullptr, false);
}

std::string Lab::why_no_quotas() const {
  const Ran ran = run("possible quotas");
  return ran.exit_code == 0 ? "" : ran.text;
}

long Lab::cpu_ms(const std::string& vm) const {
  const std::string text = say(fmt::format("virsh {} domstats --raw --cpu-total {}", where(vm), vm));
  const auto at = text.find("cpu.time=");
  return at == std::string::npos ? 0 : std::stol(text.substr(at + 9)) / 1'000'000;
}

void LabTest::bring_up(const std::string& verb) {
  const Ran up = lab.run(verb);
  if (up.exit_code == 77) GTEST_SKIP() << up.text;
  ASSERT_EQ(up.exit_code, 0) << up.text;
}

bool is_long() {
  const char* asked = std::getenv("HEADROOM_LONG");
  return asked != nullptr && std::string(asked) == "1";
}

}  // namespace headroom::lab
