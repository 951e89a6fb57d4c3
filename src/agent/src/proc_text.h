// Small kernel files, read again and again: each is opened once and read from its beginning into one buffer. And a cursor over
// their words. Not thread-safe; errors: a file that is not there reads as empty, and is looked for again the next time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace headroom::agent {

class ProcText {
 public:
  explicit ProcText(std::string path) : path_(std::move(path)) {}
  ProcText(const ProcText&) = delete;
  ProcText& operator=(const ProcText&) = delete;
  ~ProcText();

  // Good until any ProcText is read again: one buffer serves them all. What is beyond 16 KiB is left out.
  std::string_view read();

 private:
  std::string path_;
  int fd_ = -1;
};

class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  bool next_line();           // goes to the next line's beginning (the first, at first); false: there is none
  std::string_view word();    // of this line; empty: there is none
  std::uint64_t number();     // of this line; 0 if there is none, or it is none
  void skip(int words);

 private:
  std::string_view rest_, line_;
};

// "12.34" -> 1234; 0 if it is no number.
std::int64_t hundredths(std::string_view text);

}  // namespace headroom::agent
