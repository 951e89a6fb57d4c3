#include "headroom/base/stop.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "headroom/base/check.h"

namespace headroom {

void Stop::request() {
  {
    const std::lock_guard lock(mutex_);
    requested_ = true;
  }
  changed_.notify_all();
}

bool Stop::requested() const {
  const std::lock_guard lock(mutex_);
  return requested_;
}

void Stop::wait() const {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return requested_; });
}

bool Stop::wait_for(Duration at_most) const {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, at_most, [this] { return requested_ || nudged_; });
  nudged_ = false;
  return requested_;
}

void Stop::nudge() const {
  {
    const std::lock_guard lock(mutex_);
    nudged_ = true;
  }
  changed_.notify_all();
}

Pacer::Pacer(const Stop& stop, Duration take, std::size_t steps)
    : stop_(stop),
      start_(std::chrono::steady_clock::now()),
      step_(std::chrono::steady_clock::duration(take) / static_cast<std::int64_t>(std::max<std::size_t>(1, steps))) {}

bool Pacer::wait_for(std::size_t number) {
  const auto due = start_ + step_ * static_cast<std::int64_t>(number);
  const auto left = std::chrono::floor<Duration>(due - std::chrono::steady_clock::now());
  return left > Duration::zero() ? !stop_.wait_for(left) : !stop_.requested();
}

namespace {

sigset_t termination() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

OnTermination::OnTermination(Stop& stop) {
  const sigset_t set = termination();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC);
  over_ = eventfd(0, EFD_CLOEXEC);
  HEADROOM_CHECK(signals_ >= 0 && over_ >= 0, "two file descriptors are to be had when a program starts");
  thread_ = std::thread([this, &stop] { listen(stop); });
}

OnTermination::~OnTermination() {
  const std::uint64_t one = 1;
  while (write(over_, &one, sizeof one) < 0 && errno == EINTR) {}
  thread_.join();
  close(signals_);
  close(over_);
  const sigset_t set = termination();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void OnTermination::listen(Stop& stop) const {
  std::array<pollfd, 2> either{pollfd{signals_, POLLIN, 0}, pollfd{over_, POLLIN, 0}};
  for (;;) {
    if (poll(either.data(), either.size(), -1) < 0) continue;
    if (either[1].revents != 0) return;
    if (either[0].revents == 0) continue;
    signalfd_siginfo signal{};
    if (read(signals_, &signal, sizeof signal) != sizeof signal) continue;
    stop.request();
    // From here on a second signal reaches this thread alone, and kills.
    const sigset_t set = termination();
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    either[0].fd = -1;
  }
}

}  // namespace headroom
