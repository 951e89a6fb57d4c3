#include "headroom/access/role.h"

#include <fmt/format.h>

#include "headroom/base/one_line.h"

namespace headroom::access {

std::string_view name(Role role) {
  switch (role) {
    case Role::kViewer: return "viewer";
    case Role::kOperator: return "operator";
    case Role::kAdmin: return "admin";
  }
  return "";
}

Result<Role> parse_role(std::string_view text) {
  for (const Role role : {Role::kViewer, Role::kOperator, Role::kAdmin})
    if (text == name(role)) return role;
  return invalid(fmt::format("there is no role '{}'; there are viewer, operator and admin", one_line(text)));
}

}  // namespace headroom::access
