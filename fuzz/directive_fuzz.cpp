// Directives as an agent gets them: frames of a manager that means harm, one after the other, on a guest made of files. Each that was taken
// is answered, each id once and always alike; nothing but what is the agent's business is written, and one processor stays on.
#include <map>
#include <optional>

#include "executor.h"
#include "headroom/agent/testing/tree.h"
#include "headroom/wire/frame.h"
#include "text.h"

namespace {

using namespace headroom;
using namespace headroom::agent;

constexpr std::int64_t kSecond = 1'000'000'000;

class Guest {
 public:
  Guest() {
    write_guest(tree_);
    measured_.fill(0);
    measured_[wire::v1::METRIC_CPU_MCORES] = 500;
    measured_[wire::v1::METRIC_VCPUS_ONLINE] = 2;
    measured_[wire::v1::METRIC_MEMORY_TOTAL_KIB] = 2'000'000;
    measured_[wire::v1::METRIC_MEMORY_AVAILABLE_KIB] = 1'500'000;
  }

  void take(const wire::v1::Directive& directive) {
    executor_.take(directive, now_);
    // What waits for hardware to appear gives up within seconds of the guest's time.
    for (int rounds = 0; rounds < 100; ++rounds) {
      executor_.advance(measured_, now_);
      for (const auto& result : executor_.results()) keep(result);
      const std::int64_t next = executor_.next_ns();
      if (next == INT64_MAX) break;
      now_ = std::max(now_ + 1, next);
    }
    if (executor_.busy()) std::abort();   // there are no hooks here that could hold it up
    if (!answers_.contains(directive.id())) std::abort();
    static_cast<void>(executor_.sampling());
    if (levers_.online_vcpus().empty()) std::abort();
  }

 private:
  void keep(const wire::v1::DirectiveResult& result) {
    if (result.reason().size() > wire::kMostTextBytes) std::abort();
    const auto [known, fresh] = answers_.try_emplace(result.id(), result.outcome());
    // What was begun has one result for good; what was not begun may be judged anew.
    const auto* kept = ledger_->result(result.id());
    if (kept != nullptr && kept->outcome() != result.outcome()) std::abort();
    if (!fresh && result.again() && known->second != result.outcome() && kept == nullptr) std::abort();
    known->second = result.outcome();
  }

  Tree tree_;
  Values measured_{};
  const Levers levers_{{tree_.path("proc"), tree_.path("sys")}};
  std::optional<Ledger> ledger_{*Ledger::open(tree_.path("directives"))};
  Hooks hooks_{tree_.path("hooks"), std::chrono::seconds(5)};
  Executor executor_{*ledger_, levers_, hooks_, Permissions{}};
  std::map<std::string, wire::v1::Outcome> answers_;
  std::int64_t now_ = kSecond;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  wire::FrameReader frames;
  static_cast<void>(frames.push(fuzz::text(data, size)));
  std::optional<Guest> guest;   // made of some thirty files: only where there is anything to do
  while (const auto payload = frames.next()) {
    const auto message = wire::decode_to_agent(*payload);
    fuzz::expect_one_sentence(message);
    if (!message) return 0;   // an agent leaves the connection
    if (!message->has_directive()) continue;
    if (!guest) guest.emplace();
    guest->take(message->directive());
  }
  return 0;
}
