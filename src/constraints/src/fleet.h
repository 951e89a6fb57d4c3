// A snapshot with what constraints look up all the time: indices instead of ids, places instead of labels, and where
// everybody will be once what is under way is done. Private.
//
// Threads: const after construction. The snapshot must outlive it.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "headroom/model/snapshot.h"

namespace headroom::constraints {

inline constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();

// Who is where at one moment. A VM on its way holds its place on both hosts.
struct Whereabouts {
  std::vector<std::size_t> at;      // VM -> the host it is on once all is done
  std::vector<std::size_t> leaves;  // VM -> the host it holds its place on until then, or kNowhere
  std::vector<char> on;             // host -> it carries VMs then: on, or starting, and not to be stopped
};

class Fleet {
 public:
  explicit Fleet(const Snapshot& snapshot);

  const Snapshot& snapshot() const { return *snapshot_; }
  std::size_t vms() const { return snapshot_->vms.size(); }
  std::size_t hosts() const { return snapshot_->hosts.size(); }
  const Vm& vm(std::size_t v) const { return snapshot_->vms[v]; }
  const Host& host(std::size_t h) const { return snapshot_->hosts[h]; }
  std::size_t index_of(HostId id) const;  // kNowhere when there is none
  std::size_t index_of(VmId id) const;

  // Places are counted from 0. Racks of one name in two zones are two; hosts whose rack or zone is unknown share one.
  std::size_t places(Scope scope) const { return names_[at(scope)].size(); }
  std::size_t place(Scope scope, std::size_t host) const { return place_[at(scope)][host]; }
  const std::string& place_name(Scope scope, std::size_t place) const { return names_[at(scope)][place]; }

  // What is under way counted as done.
  const Whereabouts& now() const { return now_; }

  // In ascending order.
  std::vector<std::size_t> select(const VmSelection& selection) const;
  std::vector<std::size_t> select(const HostSelection& selection) const;

 private:
  static std::size_t at(Scope scope) { return static_cast<std::size_t>(scope); }
  using Index = std::unordered_multimap<std::string_view, std::size_t>;  // word -> VM
  static void look_up(const Names& words, const Index& index, std::vector<std::size_t>& found);
  std::vector<std::size_t> candidates(const VmSelection& selection) const;

  const Snapshot* snapshot_;
  std::array<std::vector<std::size_t>, 3> place_;  // [scope][host]
  std::array<std::vector<std::string>, 3> names_;  // [scope][place]
  Index by_name_, by_tag_, by_group_;
  Whereabouts now_;
};

}  // namespace headroom::constraints
