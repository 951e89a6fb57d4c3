#include "connection.h"

#include <fmt/format.h>

#include <array>

namespace headroom::libvirt {

// What a callback needs.
struct Ear {
  std::shared_ptr<EventQueue> events;
  std::size_t host = 0;
  std::shared_ptr<std::atomic<bool>> closed;
};

namespace {

// Of domains' events libvirt holds the ear, and frees it when the callback ends.
void free_ear(void* ear) { delete static_cast<Ear*>(ear); }

// Callbacks run in libvirt's event thread, which serves all hosts: they take a note and go.
void note(void* opaque, virDomain* domain, EventKind kind, std::string detail = {}, std::int64_t value = 0) {
  const Ear& ear = *static_cast<Ear*>(opaque);
  Event event{kind, ear.host, {}, {}, std::move(detail), value};
  std::array<char, VIR_UUID_STRING_BUFLEN> uuid{};
  if (domain != nullptr && virDomainGetUUIDString(domain, uuid.data()) == 0) event.vm = uuid.data();
  if (domain != nullptr && virDomainGetName(domain) != nullptr) event.vm_name = virDomainGetName(domain);
  ear.events->push(std::move(event));
}

const char* lifecycle(int event) {
  constexpr std::array kNames{"defined", "undefined", "started", "suspended", "resumed",
                              "stopped", "shut down", "suspended by its power management", "crashed"};
  return event >= 0 && static_cast<std::size_t>(event) < kNames.size() ? kNames[static_cast<std::size_t>(event)] : "of a later libvirt";
}

int on_lifecycle(virConnect*, virDomain* d, int event, int, void* ear) {
  note(ear, d, EventKind::kLifecycle, lifecycle(event));
  return 0;
}
void on_iteration(virConnect*, virDomain* d, int iteration, void* ear) { note(ear, d, EventKind::kMigrationIteration, {}, iteration); }
void on_job(virConnect*, virDomain* d, virTypedParameter*, int, void* ear) { note(ear, d, EventKind::kJobCompleted); }
void on_balloon(virConnect*, virDomain* d, unsigned long long kib, void* ear) {
  note(ear, d, EventKind::kBalloonChange, {}, static_cast<std::int64_t>(kib) * 1024);
}
void on_memory_device(virConnect*, virDomain* d, const char* alias, unsigned long long kib, void* ear) {
  note(ear, d, EventKind::kMemoryDeviceChange, alias, static_cast<std::int64_t>(kib) * 1024);
}
void on_added(virConnect*, virDomain* d, const char* alias, void* ear) { note(ear, d, EventKind::kDeviceAdded, alias); }
void on_removed(virConnect*, virDomain* d, const char* alias, void* ear) { note(ear, d, EventKind::kDeviceRemoved, alias); }
void on_metadata(virConnect*, virDomain* d, int, const char* uri, void* ear) {
  note(ear, d, EventKind::kMetadataChange, uri == nullptr ? "" : uri);
}
void on_close(virConnect*, int, void* opaque) {
  const Ear& ear = *static_cast<Ear*>(opaque);
  *ear.closed = true;
  note(opaque, nullptr, EventKind::kConnectionClosed);
}

struct Subscription {
  int id;
  virConnectDomainEventGenericCallback callback;
};

}  // namespace

// A driver that does not know an event refuses that one; the others stand.
void Connection::listen(const std::shared_ptr<EventQueue>& events, std::size_t host) {
  const std::array subscriptions{
      Subscription{VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(on_lifecycle)},
      Subscription{VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION, VIR_DOMAIN_EVENT_CALLBACK(on_iteration)},
      Subscription{VIR_DOMAIN_EVENT_ID_JOB_COMPLETED, VIR_DOMAIN_EVENT_CALLBACK(on_job)},
      Subscription{VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(on_balloon)},
      Subscription{VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(on_memory_device)},
      Subscription{VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, VIR_DOMAIN_EVENT_CALLBACK(on_added)},
      Subscription{VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, VIR_DOMAIN_EVENT_CALLBACK(on_removed)},
      Subscription{VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(on_metadata)}};
  for (const Subscription& s : subscriptions) {
    auto ear = std::make_unique<Ear>(Ear{events, host, closed_});
    const int id = virConnectDomainEventRegisterAny(get(), nullptr, s.id, s.callback, ear.get(), free_ear);
    if (id < 0) continue;
    ear.release();
    callbacks_.push_back(id);
  }
  // Drivers without a wire take this one and never free it, so it stays ours.
  at_the_end_ = std::make_unique<Ear>(Ear{events, host, closed_});
  virConnectRegisterCloseCallback(get(), on_close, at_the_end_.get(), nullptr);
}

Result<Handle<virConnect>> open_connection(const std::string& uri, KeepAlive keep_alive) {
  start_libvirt();
  Handle<virConnect> handle(virConnectOpen(uri.c_str()));
  if (!handle) return tl::unexpected(Error{ErrorCode::kUnreachable, last_error(uri).message});
  // Drivers without a wire need none, and say that they cannot.
  virConnectSetKeepAlive(handle.get(), static_cast<int>(std::chrono::ceil<std::chrono::seconds>(keep_alive.every).count()),
                         keep_alive.probes);
  return handle;
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& uri, KeepAlive keep_alive,
                                                     std::shared_ptr<EventQueue> events, std::size_t host) {
  auto handle = open_connection(uri, keep_alive);
  if (!handle) return tl::unexpected(handle.error());
  std::unique_ptr<Connection> connection(new Connection(std::move(*handle)));
  connection->listen(events, host);
  return connection;
}

Connection::Connection(Handle<virConnect> handle)
    : handle_(std::move(handle)), closed_(std::make_shared<std::atomic<bool>>(false)) {}

Connection::~Connection() {
  // On a wire that is gone too, where it is refused at once: callbacks hold the connection, and would keep it for ever.
  for (int id : callbacks_) virConnectDomainEventDeregisterAny(get(), id);
  virConnectUnregisterCloseCallback(get(), on_close);
}

}  // namespace headroom::libvirt
