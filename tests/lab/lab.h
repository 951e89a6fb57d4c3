// The lab (lab/, docs/lab.md) as tests use it: one of their own, two hosts and two guests, kept up from one test to the next. Each test
// begins by bringing up what is not there, so that what one of them broke is whole for the next; where this machine cannot have a lab it is
// skipped, with the reason. `Lab.LeavesNothingBehind` ends it.
#pragma once

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>

#include "../support/run_program.h"
#include "headroom/base/clock.h"
#include "headroom/base/stop.h"
#include "headroom/power/adapters.h"

namespace headroom::lab {

struct Setting {
  std::string name = "hrt";
  int net = 78;
  std::string guests = "vm1@h1 vm2@h2";
  std::string more{};  // further ones of lab/settings.sh: "LAB_MEMORY=256"
};

class Lab {
 public:
  explicit Lab(Setting setting = {}) : setting_(std::move(setting)) {}

  // One of lab.sh's verbs, to its end.
  Ran run(const std::string& verb) const;
  // What it says, without the newline; a test that cannot go on without it fails.
  std::string say(const std::string& verb) const;
  std::string uri(const std::string& host, const std::string& kind = "tcp") const { return say("uri " + host + " " + kind); }
  std::string folder() const { return "/var/lib/headroom-lab/" + setting_.name; }
  // Where it runs; empty: nowhere.
  std::string where(const std::string& vm) const;
  // Every host that says it has it running. More than one is the worst that can happen.
  int places(const std::string& vm) const;
  nlohmann::json status(const std::string& vm) const;
  std::string guest_says(const std::string& vm, const std::string& command) const { return say("ask " + vm + " 'run " + command + "'"); }
  // The host's switch, and how often it was told "start h1" or "stop h1" since the lab came up.
  PowerCommand power(const std::string& host) const;
  long times_told(const std::string& what) const;
  // Empty: guests have quotas here; else why not.
  std::string why_no_quotas() const;
  // What the host has used of the processors for it so far, in CPU milliseconds.
  long cpu_ms(const std::string& vm) const;

 private:
  Setting setting_;
};

class LabTest : public ::testing::Test {
 protected:
  explicit LabTest(Setting setting = {}) : lab(std::move(setting)) {}
  void SetUp() override { bring_up("up"); }
  void bring_up(const std::string& verb);

  Lab lab;
};

// Asks five times a second until it holds; false: not within that time.
template <class F>
bool within(Duration limit, F&& holds) {
  const Stop never;
  for (const Stopwatch watch; !holds(); never.wait_for(std::chrono::milliseconds(200)))
    if (watch.seconds() * 1000 > static_cast<double>(limit.count())) return false;
  return true;
}

inline std::string other(const std::string& host) { return host == "h1" ? "h2" : "h1"; }
// HEADROOM_LONG=1 asks for repetitions, and for what takes too long else.
bool is_long();
inline int times(int when_long) { return is_long() ? when_long : 1; }

}  // namespace headroom::lab
