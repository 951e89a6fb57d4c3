// How two managers notice each other: before one acts on a VM it writes its claim into the domain's <metadata>,
//
//   <headroom:claim xmlns:headroom="urn:headroom:claim:1" owner="5f0c..." epoch="17"/>
//
// and reads it back. Who finds a claim of another owner there, or a newer epoch of its own, acts no more: another manager is at work,
// or a later run of this one. An operator who takes a fleet over removes the claims, or keeps the state file.
//
// This cannot be a lock: two managers that write in the same moment both believe to hold the VM until their next look. Each action
// therefore looks before it begins and once more before it counts as done (ClaimKeeper::check()).
//
// judge(), parse_claim() and to_xml() are pure. ClaimKeeper belongs to one thread. The calls on a domain are in domain_metadata.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/base/result.h"

namespace headroom::libvirt {

inline constexpr std::string_view kClaimNamespace = "urn:headroom:claim:1";

struct Claim {
  std::string owner;       // a UUID, made once for each state file
  std::int64_t epoch = 0;  // which run of it

  bool operator==(const Claim&) const = default;
};

enum class ClaimFinding : std::uint8_t {
  kFree,          // nobody's
  kOurs,          // of this run
  kOurEarlier,    // of an earlier run of ours: ours to take over
  kOurLater,      // of a later run of ours: this one must stop
  kAnothers,
};

ClaimFinding judge(const std::optional<Claim>& found, const Claim& ours);

// Our element alone, as libvirt hands it out and takes it: without its namespace. kInvalid: it cannot be read, which is treated as
// another's.
Result<Claim> parse_claim(std::string_view xml);
std::string to_xml(const Claim& claim);

// Where claims are found and written: the metadata of a domain, or a test's idea of it.
class ClaimStore {
 public:
  virtual ~ClaimStore() = default;
  virtual Result<std::optional<Claim>> read(const std::string& vm) = 0;
  virtual Result<void> write(const std::string& vm, const Claim& claim) = 0;
};

// Stops all acting, for good, at the first sign of another.
class ClaimKeeper {
 public:
  explicit ClaimKeeper(Claim ours) : ours_(std::move(ours)) {}

  // Before an action: claims the VM and makes sure that the claim stands. kRefused: it must not be acted on, nor must any other from
  // then on; errors of the store are passed on, and stop that action alone.
  Result<void> acquire(ClaimStore& store, const std::string& vm);
  // While an action runs and before it counts as done: the claim still stands.
  Result<void> check(ClaimStore& store, const std::string& vm);

  // Why nothing is done any more; absent: it may act. An alarm, for people.
  const std::optional<std::string>& stopped() const { return stopped_; }

 private:
  Result<void> stop(const std::string& vm, const std::string& why);
  Result<void> expect_ours(ClaimStore& store, const std::string& vm);

  const Claim ours_;
  std::optional<std::string> stopped_;
};

}  // namespace headroom::libvirt
