// The table of what can stand in the way of a move. To add one: a function here that says what it found, a line in the table, a
// domain in tests/data that has it.
#pragma once

#include <span>

#include "headroom/libvirt/mobility.h"

namespace headroom::libvirt {

struct Scene {
  const Domain& domain;
  const HostFacts& host;
  const Site& site;
};

using Texts = std::vector<std::string>;

struct ObstacleKind {
  std::string_view name;
  Mobility leaves;
  void (*find)(const Scene&, Texts&);
};

std::span<const ObstacleKind> obstacle_table();

}  // namespace headroom::libvirt
