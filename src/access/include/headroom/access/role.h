// Who someone is to the manager, and how much they may.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/base/result.h"

namespace headroom::access {

// Each may what those before it may: see; pause, resume, drain; give and take access, say what may be done with a VM, read the audit log.
enum class Role : std::uint8_t { kViewer, kOperator, kAdmin };

std::string_view name(Role role);                    // "viewer", "operator", "admin"
Result<Role> parse_role(std::string_view text);      // kInvalid, with the names there are

// Somebody with a request. Without a role it is nobody the manager knows.
struct Caller {
  std::string who;              // "token ci", "certificate alice", "uid 0", "anybody"
  std::optional<Role> role;
  std::string from;             // "192.0.2.7", "socket", "loopback"
  std::string lacks{};          // why it has no role, where it showed something that could have given it one

  bool may(Role needed) const { return role && *role >= needed; }
};

}  // namespace headroom::access
