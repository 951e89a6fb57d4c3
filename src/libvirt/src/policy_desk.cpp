#include "headroom/libvirt/policy_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "connection.h"
#include "headroom/model/find.h"
#include "worker.h"

namespace headroom::libvirt {
namespace {

// One of those who wait, for as long as it lives; it is made and goes under the lock.
class Waiter {
 public:
  explicit Waiter(std::size_t& all) : all_(all) { ++all_; }
  ~Waiter() { --all_; }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

 private:
  std::size_t& all_;
};

}  // namespace

// Guards all that the desk has, and what its jobs hand in.
struct PolicyDesk::Shared {
  std::mutex mutex;
  std::condition_variable changed;
};

struct PolicyDesk::Question {
  std::optional<Result<VmPolicy>> answer;
  std::atomic<bool> given_up = false;   // read by the job on its own
};

struct PolicyDesk::Line {
  Worker worker;
  std::shared_ptr<Question> last;

  bool hangs() const { return last && last->given_up && worker.busy(); }
};

std::vector<VmPlace> places_of(const Observation& seen) {
  std::vector<VmPlace> places;
  const auto& hosts = seen.inventory.hosts;
  for (std::size_t i = 0; i < seen.inventory.vms.size(); ++i) {
    const Vm& vm = seen.inventory.vms[i];
    const Host* host = find_by_id(hosts, vm.host);
    if (host == nullptr) continue;
    const SeenHost& there = seen.hosts[static_cast<std::size_t>(host - hosts.data())];
    places.push_back({vm.name, vm.uuid, host->name, there.uri, vm.owner});
  }
  return places;
}

Result<VmPlace> find_place(const std::vector<VmPlace>& places, const std::string& vm) {
  std::vector<const VmPlace*> found;
  for (const VmPlace& place : places)
    if (place.vm == vm || place.uuid == vm) found.push_back(&place);
  if (found.size() == 1) return *found.front();
  if (found.empty()) return fail(ErrorCode::kNotFound, fmt::format("no VM is called '{}'", vm));
  return invalid(fmt::format("{} VMs are called '{}', on {} and {}; give a UUID: {} is one", found.size(), vm, found[0]->host, found[1]->host,
                             found[0]->uuid));
}

PolicyDesk::PolicyDesk(PolicyDeskOptions options, std::shared_ptr<const Clock> clock)
    : options_(options), clock_(std::move(clock)), shared_(std::make_shared<Shared>()) {}
PolicyDesk::~PolicyDesk() = default;

void PolicyDesk::look(const Observation& seen) {
  auto places = places_of(seen);
  const std::lock_guard lock(shared_->mutex);
  places_ = std::move(places);
  looked_ = true;
}

Result<VmPlace> PolicyDesk::find(const std::string& vm) const {
  const std::lock_guard lock(shared_->mutex);
  if (!looked_) return fail(ErrorCode::kUnreachable, "the hosts have not been asked for their VMs yet; ask again in a moment");
  return find_place(places_, vm);
}

Result<PolicyOf> PolicyDesk::get(const std::string& vm) {
  const auto place = find(vm);
  if (!place) return tl::unexpected(place.error());
  return ask(*place, false, [uuid = place->uuid](DomainMetadata& metadata, const auto&) { return metadata.policy(uuid); });
}

Result<PolicyOf> PolicyDesk::change(const std::string& vm, const PolicyChange& change) {
  const auto place = find(vm);
  if (!place) return tl::unexpected(place.error());
  if (!place->owner.empty())
    return fail(ErrorCode::kRefused, fmt::format("VM {} is managed by {}, and its metadata is left alone", place->vm, place->owner));
  return ask(*place, true, [uuid = place->uuid, change](DomainMetadata& metadata, const auto& wanted) { return change_policy(metadata, uuid, change, wanted); });
}

Result<PolicyOf> PolicyDesk::ask(const VmPlace& place, bool changes, Work work) {
  auto policy = wait(place, changes, std::move(work));
  if (policy) return PolicyOf{place, std::move(*policy)};
  if (policy.error().code == ErrorCode::kNotFound)
    return fail(ErrorCode::kUnreachable, fmt::format("VM {} is not on {} any more; the next round sees where it is: ask again then", place.vm, place.host));
  return tl::unexpected(policy.error());
}

Result<VmPolicy> PolicyDesk::wait(const VmPlace& place, bool changes, Work work) {
  const auto unreachable = [](std::string why) { return fail(ErrorCode::kUnreachable, std::move(why)); };
  const Instant until = clock_->now() + options_.patience;
  const auto left = [&] { return std::clamp(until - clock_->now(), Duration(0), options_.patience); };
  std::unique_lock lock(shared_->mutex);
  if (waiting_ >= kAtOnce) return unreachable(fmt::format("{} others wait for the policies of VMs; ask again in a moment", kAtOnce));
  auto& line = lines_[place.uri];
  if (!line) line = std::make_unique<Line>();
  const Waiter waiter(waiting_);
  if (!shared_->changed.wait_for(lock, left(), [&] { return !line->worker.busy() || line->hangs(); }) || line->hangs())
    return unreachable(fmt::format("{} has not come back from what it was asked before; ask again in a while", place.host));

  const auto question = line->last = std::make_shared<Question>();
  line->worker.begin([shared = shared_, question, uri = place.uri, keep_alive = KeepAlive{options_.keep_alive_every, options_.keep_alive_probes},
                      work = std::move(work)]() -> std::function<void()> {
    const auto connection = open_connection(uri, keep_alive);
    auto answer = connection ? work(*DomainMetadata::over(connection->get()), [&] { return !question->given_up; })
                             : Result<VmPolicy>(tl::unexpected(connection.error()));
    return [shared, question, answer = std::move(answer)] {
      const std::lock_guard handing_in(shared->mutex);
      question->answer = answer;
      shared->changed.notify_all();
    };
  });
  if (shared_->changed.wait_for(lock, left(), [&] { return question->answer.has_value(); })) return *question->answer;
  question->given_up = true;
  shared_->changed.notify_all();   // others may wait for this line
  return unreachable(fmt::format("{} has not answered within {}{}", place.host, to_text(options_.patience),
                                 changes ? "; the change may still come about: look before it is asked for again" : ""));
}

}  // namespace headroom::libvirt
