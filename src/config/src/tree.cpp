#include "tree.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "headroom/config/document.h"
#include "headroom/config/nearest.h"

namespace headroom::config {
namespace {

// Takes yaml-cpp's events instead of its node graph: the graph resolves aliases, lets a key stand twice, and knows
// no limit. After the first fault further events are dropped; the parser's own work is bounded by the file's size.
class TreeBuilder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf(mark, anchor, "", "", Node::Kind::kNull); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { fault(mark, kNoAnchors); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    leaf(mark, anchor, tag, text, Node::Kind::kScalar);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor, tag, Node::Kind::kList);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor, tag, Node::Kind::kMap);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  struct Fault {
    int line = 0;
    std::string what;
  };
  const std::optional<Fault>& fault() const { return fault_; }
  Node take_root() { return std::move(root_); }

 private:
  static constexpr const char* kNoAnchors = "anchors and aliases (& and *) are not supported; write the value out";

  // An unfinished list or map. In a map, keys and values come in turn.
  struct Frame {
    Node node;
    bool awaits_value = false;
  };

  void fault(const YAML::Mark& mark, std::string what) {
    if (!fault_) fault_ = Fault{mark.line + 1, std::move(what)};
  }

  bool admit(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag) {
    if (fault_) return false;
    if (anchor != YAML::NullAnchor) fault(mark, kNoAnchors);
    // "?" is a plain value's tag and "!" a quoted one's.
    else if (!tag.empty() && tag != "?" && tag != "!")
      fault(mark, fmt::format("tags ({}) are not supported", in_quotes(tag)));
    else if (++values_ > kMaxValues) fault(mark, fmt::format("more than {} values", kMaxValues));
    return !fault_;
  }

  void leaf(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag, const std::string& text,
            Node::Kind kind) {
    if (!admit(mark, anchor, tag)) return;
    if (!stack_.empty() && stack_.back().node.kind == Node::Kind::kMap && !stack_.back().awaits_value) {
      if (kind != Node::Kind::kScalar) return fault(mark, "a key is missing before ':'");
      stack_.back().node.entries.push_back({text, mark.line + 1, {}});
      stack_.back().awaits_value = true;
      return;
    }
    Node node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.text = text;
    attach(std::move(node));
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& tag, Node::Kind kind) {
    if (!admit(mark, anchor, tag)) return;
    if (stack_.size() >= kMaxDepth) return fault(mark, fmt::format("nested more than {} levels deep", kMaxDepth));
    if (!stack_.empty() && stack_.back().node.kind == Node::Kind::kMap && !stack_.back().awaits_value)
      return fault(mark, "a key must be a word, not a list or a map");
    Frame frame;
    frame.node.kind = kind;
    frame.node.line = mark.line + 1;
    stack_.push_back(std::move(frame));
  }

  void close() {
    if (fault_ || stack_.empty()) return;
    Node node = std::move(stack_.back().node);
    stack_.pop_back();
    if (node.kind == Node::Kind::kMap) refuse_repeated_keys(node);
    attach(std::move(node));
  }

  void attach(Node node) {
    if (stack_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& parent = stack_.back();
    if (parent.node.kind == Node::Kind::kList) {
      parent.node.items.push_back(std::move(node));
    } else {
      parent.node.entries.back().value = std::move(node);
      parent.awaits_value = false;
    }
  }

  void refuse_repeated_keys(const Node& map) {
    std::vector<const Entry*> sorted;
    for (const Entry& e : map.entries) sorted.push_back(&e);
    std::stable_sort(sorted.begin(), sorted.end(), [](const Entry* a, const Entry* b) { return a->key < b->key; });
    for (std::size_t i = 1; i < sorted.size(); ++i) {
      if (sorted[i]->key != sorted[i - 1]->key || (fault_ && fault_->line <= sorted[i]->line)) continue;
      fault_ = Fault{sorted[i]->line, fmt::format("key {} is already given in line {}; keep one of the two",
                                                  in_quotes(sorted[i]->key), sorted[i - 1]->line)};
    }
  }

  std::vector<Frame> stack_;
  Node root_;
  std::size_t values_ = 0;
  std::optional<Fault> fault_;
};

tl::unexpected<Error> at(const std::string& source, int line, std::string_view what) {
  return invalid(fmt::format("{}:{}: {}", source, line, what));
}

}  // namespace

const Entry* find(const Node& map, std::string_view key) {
  for (const Entry& e : map.entries)
    if (e.key == key) return &e;
  return nullptr;
}

Result<Node> parse_tree(std::string_view text, const std::string& source) {
  TreeBuilder builder;
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    if (!parser.HandleNextDocument(builder)) return invalid(fmt::format("{}: the file is empty", source));
    if (builder.fault()) return at(source, builder.fault()->line, builder.fault()->what);
    TreeBuilder second;
    if (parser.HandleNextDocument(second))
      return invalid(fmt::format("{}: more than one YAML document; remove what follows the second '---'", source));
  } catch (const YAML::Exception& e) {
    // A fault of ours that came before yaml-cpp's explains more (an alias to nowhere, depth).
    if (builder.fault()) return at(source, builder.fault()->line, builder.fault()->what);
    return at(source, std::max(0, e.mark.line) + 1, fmt::format("not valid YAML: {}", e.msg));
  } catch (const std::exception& e) {
    return invalid(fmt::format("{}: not valid YAML: {}", source, e.what()));
  }
  return builder.take_root();
}

}  // namespace headroom::config
