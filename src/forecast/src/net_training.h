// Trains the net on the rows that grow.
#pragma once

#include <functional>

#include "headroom/base/result.h"
#include "net.h"
#include "rows.h"

namespace headroom {

struct NetOptions {
  std::size_t width = 192;   // units of each hidden layer; a multiple of four
  int hidden_layers = 3;
  int epochs = 8;
  std::size_t batch = 1024;
  double learning_rate = 2e-3;
  double decay = 0.1;        // of weights, a unit of the learning rate (AdamW)
  double input_dropout = 0.1, dropout = 0.1;  // share of inputs, and of units, that each row is trained without
  std::uint64_t seed = 1;
};

// Minimises the pinball loss of all heads and levels, each head's in shares of what its unconditional quantiles lose.
// `go_on` is asked before each epoch. Deterministic on one kind of processor.
Result<Net> train_net(const TrainingRows& rows, std::size_t heads, const NetOptions& options,
                      const std::function<bool()>& go_on);

}  // namespace headroom
