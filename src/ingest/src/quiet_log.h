// Lines for the manager's log that strangers can cause: so many of one address and so many in all, and how many were left out.
//
//   log.say("10.0.0.7", "its certificate is revoked", now);     // "agent at 10.0.0.7: its certificate is revoked"
//
// Threads: one caller at a time. Memory: kMostKnown addresses. Errors: none.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bucket.h"

namespace headroom::ingest {

class QuietLog {
 public:
  static constexpr std::size_t kMostKnown = 1024;

  QuietLog(std::function<void(const std::string&)> sink, Instant now) : sink_(std::move(sink)), all_(5, 20, now) {}

  void say(const std::string& from, std::string_view what, Instant now);

 private:
  std::function<void(const std::string&)> sink_;
  Bucket all_;
  std::unordered_map<std::string, Bucket> each_;
  std::uint64_t left_out_ = 0;
};

}  // namespace headroom::ingest
