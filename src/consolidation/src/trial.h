// A copy of the hosts on which a decision is tried out; what is settled on becomes migrations, the copy is thrown away.
// It behaves as the hosts themselves do in CloudSim, where a policy tries on the real ones and restores them: putting a VM
// on a host shares what is left with it, taking one off shares all anew.
//
// Threads: one owner. Errors: none.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "site.h"

namespace headroom::consolidation {

inline constexpr std::size_t kRegressionSteps = 10;

// What the published tests of overload look at.
struct Outlook {
  double asked = 0;                                // MIPS of all listed, now
  std::array<double, kRegressionSteps> recent{};   // of the host, at the last steps: sum of the VMs' utilisations, newest first
  std::size_t known = 0;                           // steps back to the oldest at which there was any load
};

class Trial {
 public:
  explicit Trial(const Site& site);

  const Site& site() const { return site_; }
  const HostState& host(std::size_t h) const { return hosts_[h].state; }

  // Puts a VM on a host that asks for `asked`; takes it off again.
  void put(std::uint32_t vm, std::size_t h, double asked);
  void take(std::uint32_t vm, std::size_t h);

  // Room for what the VM asks for now: a core, the free CPU, the image; and memory where that is enforced.
  bool fits(std::uint32_t vm, std::size_t h) const;
  double given(std::size_t h);                     // MIPS, by the sharing
  const Outlook& outlook(std::size_t h);
  Outlook outlook_with(std::uint32_t vm, std::size_t h);
  // CloudSim tests a host by putting the VM there and taking it off: its CPU is shared anew by that, with other last bits.
  void test_leaves_marks(std::size_t h);

  // How large the hosts' tables of VMs have grown; CloudSim's keep their size.
  void keep_table_sizes(Site& site) const;

 private:
  struct Tried {
    HostState state;
    bool settled = false;   // shared anew since the list changed
    bool current = false;   // `outlook` and `given` are of the list as it is
    Outlook outlook;
    double given = 0;
  };
  using Shares = std::array<std::array<double, kRegressionSteps>, kHostKinds>;

  void look(std::size_t h);
  void add(std::uint32_t vm, std::size_t h, Outlook& outlook) const;

  const Site& site_;
  std::vector<Tried> hosts_;
  std::vector<Shares> shares_;            // of each VM's past, on either kind of host
  std::vector<std::size_t> known_;
};

}  // namespace headroom::consolidation
