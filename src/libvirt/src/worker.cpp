#include "worker.h"

namespace headroom::libvirt {

Worker::Worker() : desk_(std::make_shared<Desk>()), thread_([desk = desk_] { work(desk); }) {}

Worker::~Worker() {
  bool busy = false;
  {
    const std::lock_guard lock(desk_->mutex);
    desk_->over = true;
    busy = desk_->busy;
  }
  desk_->changed.notify_all();
  if (busy) thread_.detach();
  else thread_.join();
}

bool Worker::begin(Job job) {
  {
    const std::lock_guard lock(desk_->mutex);
    if (desk_->busy) return false;
    desk_->busy = true;
    desk_->job = std::move(job);
  }
  desk_->changed.notify_all();
  return true;
}

bool Worker::busy() const {
  const std::lock_guard lock(desk_->mutex);
  return desk_->busy;
}

void Worker::work(const std::shared_ptr<Desk>& desk) {
  std::unique_lock lock(desk->mutex);
  for (;;) {
    desk->changed.wait(lock, [&] { return desk->busy || desk->over; });
    if (!desk->busy) return;
    const auto job = std::exchange(desk->job, nullptr);
    lock.unlock();
    const auto hand_in = job();
    lock.lock();
    desk->busy = false;
    lock.unlock();
    if (hand_in) hand_in();
    lock.lock();
  }
}

}  // namespace headroom::libvirt
