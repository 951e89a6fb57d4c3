// Strongly connected components of a directed graph (Tarjan, SIAM J. Comput. 1972), without recursion. Components come in reverse
// topological order: those that others lead to come first.
#pragma once

#include <cstdint>
#include <vector>

namespace headroom::migration {

using Graph = std::vector<std::vector<std::int32_t>>;  // node -> nodes it leads to

std::vector<std::vector<std::int32_t>> components(const Graph& graph);  // each ascending

}  // namespace headroom::migration
