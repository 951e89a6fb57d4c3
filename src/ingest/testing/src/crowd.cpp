#include "headroom/ingest/testing/crowd.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "headroom/base/nearest_rank.h"

namespace headroom::ingest::testing {
namespace {

constexpr int kPatienceMs = 20'000;

}  // namespace

Crowd::Crowd(int port, const std::vector<Credential>& all, Duration every)
    : every_s_(static_cast<double>(every.count()) / 1000), members_(all.size()), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    Member& member = members_[i];
    member.agent = std::make_unique<TestAgent>(port, all[i], Wishes{.patience_ms = kPatienceMs});
    member.agent->send(hello_of(id_of('c')));
    const auto answer = member.agent->receive();
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = i;
    if (!answer || !answer->has_welcome() || epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, member.agent->fd(), &event) != 0) lose(member);
  }
}

void Crowd::begin() {
  since_ = Stopwatch();
  thread_ = std::thread([this] { work(); });
}

void Crowd::end() {
  ending_ = true;
  if (thread_.joinable()) thread_.join();
}

// One after the other, evenly over the interval, so that the load is the same at any time.
void Crowd::work() {
  const double each_s = every_s_ / static_cast<double>(members_.size());
  std::uint64_t sent = 0;
  double end_at = kForever;
  while (seconds() < end_at && !(ending_ && all_acknowledged())) {
    if (ending_) end_at = std::min(end_at, seconds() + kPatienceMs / 1000.0);
    for (; !ending_ && seconds() >= static_cast<double>(sent) * each_s; ++sent) report(members_[sent % members_.size()]);
    const double until = ending_ ? 0.1 : static_cast<double>(sent) * each_s - seconds();
    std::array<epoll_event, 256> events{};
    const int count = epoll_wait(epoll_.get(), events.data(), events.size(), static_cast<int>(std::ceil(std::max(0.0, until) * 1000)));
    for (int i = 0; i < count; ++i) hear(members_[events[static_cast<std::size_t>(i)].data.u64]);
  }
}

void Crowd::report(Member& member) {
  if (member.over) return;
  const std::uint64_t number = member.told.size() + 1;
  member.told.push_back({seconds()});
  const auto boottime_ns = static_cast<std::uint64_t>(1e9 + seconds() * 1e9);
  if (!member.agent->send(report_of(number, boottime_ns, static_cast<std::int64_t>(number)))) lose(member);
}

void Crowd::hear(Member& member) {
  if (member.over) return;
  const auto message = member.agent->receive();
  if (!message) return lose(member);
  if (!message->has_ack()) return;
  const std::uint64_t through = std::min<std::uint64_t>(message->ack().through_sequence(), member.told.size());
  for (; member.acknowledged < through; ++member.acknowledged) {
    Told& told = member.told[member.acknowledged];
    told.took = seconds() - told.at;
  }
}

void Crowd::lose(Member& member) {
  member.over = true;
  ++broken_;
  static_cast<void>(epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, member.agent->fd(), nullptr));
}

bool Crowd::all_acknowledged() const {
  return std::all_of(members_.begin(), members_.end(), [](const Member& m) { return m.over || m.acknowledged == m.told.size(); });
}

std::uint64_t Crowd::acknowledged() const {
  std::uint64_t sum = 0;
  for (const Member& m : members_) sum += m.acknowledged;
  return sum;
}

std::vector<double> Crowd::delays(double from, double to) const {
  std::vector<double> all;
  for (const Member& m : members_)
    for (const Told& told : m.told)
      if (told.at >= from && told.at < to) all.push_back(told.took);
  return all;
}

std::size_t Crowd::reports(double from, double to) const { return delays(from, to).size(); }

double Crowd::p99_s(double from, double to) const {
  std::vector<double> all = delays(from, to);
  return all.empty() ? kForever : nearest_rank(all, 0.99);
}

}  // namespace headroom::ingest::testing
