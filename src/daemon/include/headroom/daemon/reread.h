// What was read from files, and is read again when they are others than they were: certificates that are renewed, lists of what was revoked.
//
//   auto tls = Reread<TlsContext>::open({files.certificate, files.key}, [files] { return read(files); }, {clock, *books.audit, "--listen"});
//   (*tls)->now()->...                // by whoever needs it
//
// The files are looked at when somebody asks, once a second at most: by when they were changed, their sizes and what they are. That it was read again
// is in the audit log; so is why it could not be, and what there was before stays in force then. Of files that are replaced one after the
// other it may be so for a moment.
//
// Threads: any, once it is open. Ownership: borrows clock and log; what now() gave lives for as long as its holder keeps it. Errors: open()'s are those of `read`.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "headroom/access/audit_log.h"
#include "headroom/base/clock.h"
#include "headroom/base/result.h"

namespace headroom {

// Of files as they are now; another text: something was done to one.
std::string marks_of(const std::vector<std::filesystem::path>& files);

struct RereadPorts {
  const Clock& clock;
  access::AuditLog& audit;
  std::string name;   // whose files they are, for the log
};

template <class T>
class Reread {
 public:
  using Files = std::vector<std::filesystem::path>;
  using Read = std::function<Result<T>()>;
  static constexpr Duration kLookEvery = std::chrono::seconds(1);

  static Result<std::unique_ptr<Reread>> open(Files files, Read read, RereadPorts ports) {
    std::string marks = marks_of(files);   // before it is read: what changes meanwhile is read again
    const Instant now = ports.clock.now();
    auto first = read();
    if (!first) return tl::unexpected(first.error());
    return std::unique_ptr<Reread>(new Reread(std::move(files), std::move(read), std::move(ports), std::move(marks), now, std::move(*first)));
  }

  std::shared_ptr<const T> now() {
    const std::lock_guard lock(mutex_);
    const Instant now = ports_.clock.now();
    if (now >= looked_at_ && now - looked_at_ < kLookEvery) return it_;   // a clock that was set back is no reason to wait
    looked_at_ = now;
    if (std::string marks = marks_of(files_); marks != marks_) take(std::move(marks));
    return it_;
  }

 private:
  Reread(Files files, Read read, RereadPorts ports, std::string marks, Instant now, T first)
      : files_(std::move(files)), read_(std::move(read)), ports_(std::move(ports)), marks_(std::move(marks)), looked_at_(now),
        it_(std::make_shared<const T>(std::move(first))) {}

  // Who may come does not change without an entry: what cannot be written is tried again.
  void take(std::string marks) {
    auto next = read_();
    const std::string outcome = next ? "done" : "failed: " + next.error().message + "; what was read before stays in force";
    if (!ports_.audit.append({"headroomd", "", "", "read again", ports_.name, outcome})) return;
    marks_ = std::move(marks);
    if (next) it_ = std::make_shared<const T>(std::move(*next));
  }

  const Files files_;
  const Read read_;
  const RereadPorts ports_;
  std::mutex mutex_;
  std::string marks_;
  Instant looked_at_;
  std::shared_ptr<const T> it_;
};

}  // namespace headroom
