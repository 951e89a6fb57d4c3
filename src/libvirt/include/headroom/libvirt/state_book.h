// What the libvirt adapter must remember across restarts, in one SQLite file: who this manager is, how often it was started, the
// numbers that stand for UUIDs (the journal of actions holds them), and the hosts that are off.
//
// The epoch is raised at each open(), before anything else, so that no two runs of this manager have the same; with the owner id it is
// what a claim is made of (claim.h).
//
// Durability, locking and what is refused: sqlite/state_file.h. Threads: one caller at a time.
#pragma once

#include <memory>
#include <string>

#include "headroom/libvirt/claim.h"
#include "headroom/libvirt/host_book.h"
#include "headroom/libvirt/id_book.h"

namespace headroom::libvirt {

class StateBook final : public IdBook, public HostBook {
 public:
  // Opens the file in `path`, creating it (not its folder) when there is none, with a new owner id.
  static Result<std::unique_ptr<StateBook>> open(const std::string& path);
  ~StateBook() override;

  const Claim& claim() const;  // of this run

  Result<HostId> host(const std::string& uuid) override;
  Result<VmId> vm(const std::string& uuid) override;

  Result<std::vector<AbsentHost>> absent() override;
  Result<void> note_absent(const AbsentHost& host) override;
  Result<void> note_present(const std::string& uri) override;

 private:
  struct Parts;
  explicit StateBook(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace headroom::libvirt
