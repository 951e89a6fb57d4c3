// headroomd as people run it, for tests that ask it things.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "headroom/base/stop.h"
#include "folder.h"
#include "run_program.h"

namespace headroom {

inline const std::string kManager = HEADROOM_BINARY_DIR "/headroomd", kCommand = HEADROOM_BINARY_DIR "/headroom";

// A headroomd on a free port, with its temporary files in a folder that goes with the test.
class Manager {
 public:
  explicit Manager(std::vector<std::string> options) : options_(std::move(options)) {
    std::filesystem::create_directory(folder_ / "tmp");
    options_.insert(options_.begin(), {kManager, "--listen", "127.0.0.1:0", "--socket", socket()});
    start();
  }
  ~Manager() {
    if (pid_ > 0) end(SIGKILL);
  }

  // Once more with the same options, after end().
  void start() {
    run();
    read_url();
  }
  pid_t pid() const { return pid_; }
  std::string socket() const { return (folder_ / "s").string(); }
  const std::string& url() const { return url_; }
  const std::string& begun() const { return begun_; }   // the line that says where it is to be asked
  std::filesystem::path temporary() const { return folder_ / "tmp"; }
  Ran ask(const std::string& what) const { return run_line(fmt::format("{} {} --server {}", kCommand, what, url_)); }
  nlohmann::json status() const { return nlohmann::json::parse(ask("get status -o json").text); }
  bool reaches(const std::string& state) const {
    return poll_until([&] { return status().at("state") == state; }, std::chrono::seconds(120));
  }
  int end(int signal) {
    kill(pid_, signal);
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    if (out_ != nullptr) fclose(std::exchange(out_, nullptr));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  void run() {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);   // a test that is killed leaves nothing
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      setenv("TMPDIR", temporary().c_str(), 1);
      std::vector<char*> arguments;
      for (const std::string& o : options_) arguments.push_back(const_cast<char*>(o.c_str()));
      arguments.push_back(nullptr);
      execv(arguments[0], arguments.data());
      _exit(127);
    }
    close(ends[1]);
    out_ = fdopen(ends[0], "r");
  }
  void read_url() {
    char line[1024] = "";
    ASSERT_NE(fgets(line, sizeof line, out_), nullptr);
    begun_ = line;
    const auto at = begun_.find("http");
    ASSERT_NE(at, std::string::npos) << begun_;
    url_ = begun_.substr(at, begun_.find("/,", at) - at);
  }

  std::vector<std::string> options_;
  const Folder folder_;
  std::string url_, begun_;
  pid_t pid_ = -1;
  std::FILE* out_ = nullptr;
};

}  // namespace headroom
