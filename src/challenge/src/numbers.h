// Whole numbers out of a text, one after another. The first that is wrong is remembered with its place, and from then on
// every number is the least allowed one, so that a reader need not ask after each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "headroom/base/result.h"

namespace headroom::challenge {

inline constexpr std::int64_t kLargest = 2'147'483'647;

class Numbers {
 public:
  // What a number is, for messages: "capacity of machine 3".
  struct What {
    const char* name;
    const char* of = nullptr;
    std::size_t number = 0;
  };

  Numbers(std::string file, std::string_view text) : file_(std::move(file)), text_(text) {}

  std::int64_t next(What what, std::int64_t least = 0, std::int64_t most = kLargest);
  // How many of something follow, each of at least `numbers` numbers: no more than the rest of the text can hold.
  std::size_t count(What what, std::size_t numbers);
  // Nothing but space may be left.
  void end();

  bool ok() const { return error_.empty(); }
  Result<void> outcome() const { return ok() ? Result<void>() : invalid(error_); }

 private:
  void skip_space();
  void fail(const What& what, const std::string& why);

  std::string file_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::string error_;
};

}  // namespace headroom::challenge
