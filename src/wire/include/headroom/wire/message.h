// Messages of the agent's wire: proto/headroom_agent.proto's classes, from and to frames' payloads.
//
// What decode() gives has been checked for shape: there is a body, or a kind that only newer agents know; ids are 16 bytes,
// texts and lists are no longer than docs/wire.md says, a report's lists fit together. Whether the sender may say it is the
// receiver's to judge.
// Units are in the fields' names. Threads: any, no state. Errors: a Result with one sentence that names the field.
#pragma once

#include <string>
#include <string_view>

#include "headroom/base/result.h"
#include "headroom_agent.pb.h"

namespace headroom::wire {

inline constexpr std::uint32_t kVersionMin = 1, kVersionMax = 1;
inline constexpr std::size_t kIdBytes = 16;
inline constexpr std::size_t kMostTextBytes = 240;     // a reason; names of devices and processes: kMostNameBytes
inline constexpr std::size_t kMostNameBytes = 32;
inline constexpr int kMetricCount = v1::Metric_ARRAYSIZE;
inline constexpr int kMostMetrics = 64;                // of a sender that is newer than we are
inline constexpr int kMostDevices = 16;                // disks, and NICs
inline constexpr int kMostProcesses = 5;
inline constexpr std::size_t kMostCertificateBytes = 4096;
inline constexpr int kMostChain = 4;
inline constexpr std::uint32_t kIntervalMinMs = 1'000, kIntervalMaxMs = 60'000;

Result<v1::FromAgent> decode_from_agent(std::string_view payload);
Result<v1::ToAgent> decode_to_agent(std::string_view payload);

// Into an object that is there already: nothing is allocated that an earlier message of the kind had. For those who read many.
Result<void> decode(std::string_view payload, v1::FromAgent& message);
Result<void> decode(std::string_view payload, v1::ToAgent& message);

// Writes the message as one frame at the end of `out`.
void append(const v1::FromAgent& message, std::string& out);
void append(const v1::ToAgent& message, std::string& out);

// Bytes that others wrote, fit for a log or a page: what is not printable ASCII becomes '?', at most kMostTextBytes.
std::string printable(std::string_view text);

// The version both sides speak: the highest that is within both ranges; 0: none.
std::uint32_t common_version(std::uint32_t min, std::uint32_t max);

}  // namespace headroom::wire
