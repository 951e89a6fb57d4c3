#include "components.h"

#include <algorithm>

namespace headroom::migration {
namespace {

class Tarjan {
 public:
  explicit Tarjan(const Graph& graph)
      : graph_(graph), seen_(graph.size(), 0), low_(graph.size(), 0), on_stack_(graph.size(), false) {}

  std::vector<std::vector<std::int32_t>> find() {
    for (std::size_t node = 0; node < graph_.size(); ++node)
      if (seen_[node] == 0) visit(static_cast<std::int32_t>(node));
    return std::move(found_);
  }

 private:
  struct Step {
    std::int32_t node;
    std::size_t edge = 0;
  };
  static std::size_t at(std::int32_t node) { return static_cast<std::size_t>(node); }

  void visit(std::int32_t root) {
    std::vector<Step> path;
    enter(root, path);
    while (!path.empty()) {
      Step& step = path.back();
      if (step.edge < graph_[at(step.node)].size()) {
        const std::int32_t next = graph_[at(step.node)][step.edge++];
        if (seen_[at(next)] == 0) enter(next, path);
        else if (on_stack_[at(next)]) low_[at(step.node)] = std::min(low_[at(step.node)], seen_[at(next)]);
        continue;
      }
      const std::int32_t node = step.node;
      path.pop_back();
      if (!path.empty()) low_[at(path.back().node)] = std::min(low_[at(path.back().node)], low_[at(node)]);
      if (low_[at(node)] == seen_[at(node)]) take_component(node);
    }
  }

  void enter(std::int32_t node, std::vector<Step>& path) {
    seen_[at(node)] = low_[at(node)] = ++count_;
    stack_.push_back(node);
    on_stack_[at(node)] = true;
    path.push_back({node});
  }

  void take_component(std::int32_t root) {
    std::vector<std::int32_t> component;
    for (std::int32_t node = -1; node != root;) {
      node = stack_.back();
      stack_.pop_back();
      on_stack_[at(node)] = false;
      component.push_back(node);
    }
    std::sort(component.begin(), component.end());
    found_.push_back(std::move(component));
  }

  const Graph& graph_;
  std::vector<std::int32_t> seen_, low_;  // by order of visit, from 1
  std::vector<bool> on_stack_;
  std::vector<std::int32_t> stack_;
  std::int32_t count_ = 0;
  std::vector<std::vector<std::int32_t>> found_;
};

}  // namespace

std::vector<std::vector<std::int32_t>> components(const Graph& graph) {
  return Tarjan(graph).find();
}

}  // namespace headroom::migration
