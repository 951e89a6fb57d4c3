#include "proc_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace headroom::agent {
namespace {
std::array<char, 16 << 10> buffer;
}

ProcText::~ProcText() {
  if (fd_ >= 0) close(fd_);
}

std::string_view ProcText::read() {
  if (fd_ < 0) fd_ = open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) return {};
  std::size_t got = 0;
  while (got < buffer.size()) {
    const ssize_t n = pread(fd_, buffer.data() + got, buffer.size() - got, static_cast<off_t>(got));
    if (n <= 0) break;
    got += static_cast<std::size_t>(n);
  }
  return {buffer.data(), got};
}

bool Words::next_line() {
  if (rest_.empty()) return false;
  const std::size_t end = rest_.find('\n');
  line_ = rest_.substr(0, end);
  rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
  return true;
}

std::string_view Words::word() {
  const std::size_t begin = std::min(line_.find_first_not_of(" \t"), line_.size());
  const std::size_t end = std::min(line_.find_first_of(" \t", begin), line_.size());
  const std::string_view word = line_.substr(begin, end - begin);
  line_.remove_prefix(end);
  return word;
}

std::uint64_t Words::number() {
  const std::string_view text = word();
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void Words::skip(int words) {
  while (words-- > 0) word();
}

std::int64_t hundredths(std::string_view text) {
  const std::size_t dot = std::min(text.find('.'), text.size());
  std::int64_t whole = 0, part = 0;
  std::from_chars(text.data(), text.data() + dot, whole);
  for (std::size_t i = dot + 1; i < dot + 3; ++i) part = part * 10 + (i < text.size() && text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : 0);
  return whole * 100 + part;
}

}  // namespace headroom::agent
