#include "booster.h"

#include <fmt/core.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace headroom {
namespace {

tl::unexpected<Error> xgboost_failed() {
  return fail(ErrorCode::kFailed, fmt::format("XGBoost: {}", XGBGetLastError()));
}

// Copies the node and all below it; false when the tree is not of the kind that was asked for.
bool copy_node(const nlohmann::json& node, std::size_t place, TreeShape& shape) {
  if (node.contains("leaf")) return true;
  if (place >= kTreeNodes) return false;
  const auto feature = std::stoul(node.at("split").get<std::string>().substr(1));
  // A condition beyond the bins separates the missing from the rest: XGBoost puts its outermost cuts well outside.
  const double condition = std::ceil(node.at("split_condition").get<double>());
  const int bin = static_cast<int>(std::clamp(condition, 0.0, static_cast<double>(kMaxCuts) + 1));
  if (feature >= kFeatureCount) return false;
  shape.split(place, feature, bin, node.at("missing") != node.at("yes"));
  for (const auto& child : node.at("children")) {
    const bool left = child.at("nodeid") == node.at("yes");
    if (!copy_node(child, 2 * place + (left ? 1 : 2), shape)) return false;
  }
  return true;
}

Result<TreeShape> parse_tree(const char* text) {
  try {
    TreeShape shape;
    if (copy_node(nlohmann::json::parse(text), 0, shape)) return shape;
  } catch (const std::exception& e) {
    return fail(ErrorCode::kFailed, fmt::format("XGBoost wrote a tree that cannot be read: {}", e.what()));
  }
  return fail(ErrorCode::kFailed, "XGBoost grew a tree of an unexpected shape");
}

}  // namespace

Result<std::unique_ptr<Booster>> Booster::create(std::span<const float> bins, const BoosterOptions& options) {
  std::unique_ptr<Booster> made(new Booster);
  made->rows_ = bins.size() / kFeatureCount;
  made->ones_.assign(made->rows_, 1.0F);
  if (XGDMatrixCreateFromMat_omp(bins.data(), made->rows_, kFeatureCount, std::nanf(""), &made->data_, 1) != 0)
    return xgboost_failed();
  if (XGBoosterCreate(&made->data_, 1, &made->booster_) != 0) return xgboost_failed();
  const std::pair<const char*, std::string> settings[] = {
      {"tree_method", "hist"},
      {"max_bin", std::to_string(kMaxCuts + 1)},
      {"max_depth", std::to_string(options.depth)},
      {"min_child_weight", std::to_string(options.min_leaf_rows)},
      {"lambda", "1"},
      {"eta", "1"},
      {"nthread", "1"},
      {"seed", std::to_string(options.seed)},
      {"colsample_bytree", std::to_string(options.feature_share)},
      {"verbosity", "0"},
      {"disable_default_eval_metric", "1"}};
  for (const auto& [key, value] : settings)
    if (XGBoosterSetParam(made->booster_, key, value.c_str()) != 0) return xgboost_failed();
  return made;
}

Booster::~Booster() {
  if (booster_ != nullptr) XGBoosterFree(booster_);
  if (data_ != nullptr) XGDMatrixFree(data_);
}

Result<TreeShape> Booster::grow(std::vector<float>& gradients) {
  if (XGBoosterBoostOneIter(booster_, data_, gradients.data(), ones_.data(), rows_) != 0) return xgboost_failed();
  BoosterHandle newest = nullptr;
  if (XGBoosterSlice(booster_, trees_, trees_ + 1, 1, &newest) != 0) return xgboost_failed();
  ++trees_;
  bst_ulong count = 0;
  const char** texts = nullptr;
  Result<TreeShape> shape = fail(ErrorCode::kFailed, "XGBoost grew no tree");
  if (XGBoosterDumpModelEx(newest, "", 0, "json", &count, &texts) != 0) shape = xgboost_failed();
  else if (count == 1) shape = parse_tree(texts[0]);
  XGBoosterFree(newest);
  return shape;
}

Result<std::string> Booster::json() {
  bst_ulong length = 0;
  const char* text = nullptr;
  if (XGBoosterSaveModelToBuffer(booster_, R"({"format":"json"})", &length, &text) != 0) return xgboost_failed();
  return std::string(text, length);
}

Result<std::vector<float>> Booster::leaf_ids() {
  const std::string config = fmt::format(
      R"({{"type":6,"training":false,"iteration_begin":0,"iteration_end":{},"strict_shape":false}})", trees_);
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* ids = nullptr;
  if (XGBoosterPredictFromDMatrix(booster_, data_, config.c_str(), &shape, &dimensions, &ids) != 0)
    return xgboost_failed();
  // XGBoost 1.7 tells the leaves of the first trees only: a row of all of them, ours the last.
  std::vector<float> newest(rows_);
  const auto trees = static_cast<std::size_t>(trees_);
  for (std::size_t i = 0; i < rows_; ++i) newest[i] = ids[(i + 1) * trees - 1];
  return newest;
}

}  // namespace headroom
