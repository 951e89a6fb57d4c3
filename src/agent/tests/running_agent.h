// An agent in a thread of the test, over a guest's recorded files and the real clocks.
#pragma once

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <mutex>
#include <thread>
#include <vector>

#include "headroom/agent/agent.h"
#include "headroom/agent/testing/fake_manager.h"
#include "headroom/agent/testing/tree.h"

namespace headroom::agent {

class RunningAgent {
 public:
  RunningAgent(const Tree& tree, const std::string& manager, bool tell_reports = false) : stop_(eventfd(0, EFD_CLOEXEC)) {
    std::signal(SIGPIPE, SIG_IGN);
    settings_.manager = manager;
    settings_.state = tree.path("state");
    settings_.hooks = tree.path("hooks");
    settings_.proc = tree.path("proc");
    settings_.sys = tree.path("sys");
    settings_.tell_reports = tell_reports;
    thread_ = std::thread([this] {
      done_ = run_agent(settings_, {wall_, boot_, stop_, [this](const std::string& line) {
                                      const std::scoped_lock lock(mutex_);
                                      said_.push_back(line);
                                    }});
    });
  }
  ~RunningAgent() { end(); }

  Result<void> end() {
    const std::uint64_t one = 1;
    if (thread_.joinable()) {
      EXPECT_EQ(write(stop_, &one, sizeof one), static_cast<ssize_t>(sizeof one));
      thread_.join();
      close(stop_);
    }
    return done_;
  }
  std::vector<std::string> said() {
    const std::scoped_lock lock(mutex_);
    return said_;
  }

 private:
  int stop_;
  Settings settings_;
  const SystemClock wall_;
  const SystemBootClock boot_;
  Result<void> done_;
  std::mutex mutex_;
  std::vector<std::string> said_;
  std::thread thread_;
};

}  // namespace headroom::agent
