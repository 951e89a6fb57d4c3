// What a GlobalModel is made of; seen by the trainer and the file format only.
#pragma once

#include <vector>

#include "bins.h"
#include "ensemble.h"
#include "headroom/forecast/global_model.h"

namespace headroom {

struct ModelParts {
  ModelInfo info;
  Bins bins;
  std::vector<Ensemble> heads;  // values by horizon, then peaks by horizon without the one of one step
};

}  // namespace headroom
