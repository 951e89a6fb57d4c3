// headroom-agent as a guest runs it: a program with its words kept in its tree's file "log", those of earlier runs before them; killed with
// the object.
#pragma once

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "headroom/agent/testing/tree.h"

namespace headroom {

class AgentProgram {
 public:
  AgentProgram(const agent::Tree& tree, std::vector<std::string> words) : log_(tree.path("log")) {
    words.insert(words.begin(), HEADROOM_BINARY_DIR "/headroom-agent");
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);   // a test that is killed leaves nothing
      const int log = open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
      dup2(log, STDOUT_FILENO);
      dup2(log, STDERR_FILENO);
      execv(arguments[0], arguments.data());
      _exit(127);
    }
  }
  AgentProgram(const AgentProgram&) = delete;
  AgentProgram& operator=(const AgentProgram&) = delete;
  ~AgentProgram() { end(SIGKILL); }

  int end(int signal) {
    if (pid_ <= 0) return -1;
    if (signal != 0) kill(pid_, signal);
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  std::string said() const {
    std::ostringstream text;
    text << std::ifstream(log_).rdbuf();
    return text.str();
  }

 private:
  std::string log_;
  pid_t pid_ = -1;
};

}  // namespace headroom
