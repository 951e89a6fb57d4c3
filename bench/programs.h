// Programs and processes that a benchmark starts, and what they take: CPU from the scheduler's own count, memory from the kernel's. Each is
// killed with its object. Threads: one.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <type_traits>
#include <vector>

namespace headroom::bench {

class Program {
 public:
  // Its output goes nowhere. Where it cannot be run, alive() is soon false.
  explicit Program(std::vector<std::string> command);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;
  ~Program();

  bool alive() const;
  double cpu_seconds() const;   // on a processor, all its threads, those that ended too
  double resident_mib() const;
  double own_mib() const;       // its share of what it shares (PSS)

 private:
  pid_t pid_ = -1;
};

double cpu_seconds_of(pid_t pid);   // on a processor, all its threads, those that ended too; 0: there is none such
double resident_mib_of(pid_t pid);

// What this process and a fork of it say to each other, word by word.
class Line {
 public:
  Line(int in, int out) : in_(in), out_(out) {}
  // False: the other side is gone.
  template <class Word>
  bool tell(const Word& word) const {
    static_assert(std::is_trivially_copyable_v<Word>);
    return put(&word, sizeof word);
  }
  template <class Word>
  bool hear(Word& word) const {
    static_assert(std::is_trivially_copyable_v<Word>);
    return get(&word, sizeof word);
  }

 private:
  bool put(const void* bytes, std::size_t count) const;
  bool get(void* bytes, std::size_t count) const;
  int in_, out_;
};

// A fork of this process that runs a function and ends. To be made before the process has threads.
class Forked {
 public:
  explicit Forked(const std::function<void(const Line& parent)>& run);
  Forked(const Forked&) = delete;
  Forked& operator=(const Forked&) = delete;
  ~Forked();

  const Line& line() const { return line_; }
  pid_t pid() const { return pid_; }

 private:
  int up_[2] = {-1, -1}, down_[2] = {-1, -1};
  pid_t pid_ = -1;
  Line line_;
};

// A TCP port of the loopback that nobody listens on now; 0 when there is none.
int free_port();

}  // namespace headroom::bench
