// The observing side of the libvirt adapter: asks every host of a list, each in a thread and with a deadline of its own, and takes
// the census of what they said.
//
//   Observer observer({"qemu+tls://h1/system", "qemu+ssh://h2/system"}, options, clock, ids);
//   each round: Observation seen = observer.observe();
//
// A host that hangs delays one round: it ends at the deadline at the latest, with what is there by then. The call that hangs keeps
// that host's one thread; the host is asked again when it has come back, and an answer that came late counts in the next round. A
// host that cannot be reached is tried again after a while that doubles, up to `longest_pause`. As long as a host has not been well no
// round waits for it: its answer counts in the next one.
//
// What acts (pool.h) has workers and connections of its own, one for each action under way: the call of a migration lasts as long as
// the migration, and its host must be seen meanwhile.
//
// Threads: one caller at a time; it starts one thread a host, and libvirt's event thread once for the process. Ownership: the clock
// is shared with the threads; the id book is borrowed. Errors: what hosts do wrong is among the observation's troubles.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "headroom/base/clock.h"
#include "headroom/hypervisor/guest_word.h"
#include "headroom/libvirt/census.h"
#include "headroom/libvirt/event.h"

namespace headroom::libvirt {

struct ObserverOptions {
  Duration deadline = std::chrono::seconds(5);          // of a round
  Duration first_pause = std::chrono::seconds(1);       // before a host that failed is tried again
  Duration longest_pause = std::chrono::seconds(60);
  Duration keep_alive_every = std::chrono::seconds(5);  // a connection is given up after `keep_alive_probes` without an answer
  unsigned keep_alive_probes = 3;
  std::size_t most_events = 1024;                       // kept between two rounds
  RateOptions rates{};
  Site site{};
  std::shared_ptr<const GuestWord> guests{};            // who speaks for guests beside their balloons; none: nobody
};

struct Round {
  Observation seen;
  std::vector<Event> events;      // since the round before, as they came
  std::size_t events_lost = 0;
  std::size_t answered = 0;       // hosts that did in this round
};

class Observer {
 public:
  Observer(std::vector<std::string> uris, ObserverOptions options, std::shared_ptr<const Clock> clock, IdBook& ids);
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  Round observe();
  // Somebody knows that this VM (a UUID) changed: not of every change does libvirt send an event. Its XML is read in the next round.
  void changed(const std::string& vm);
  // A host that is not expected to answer, and what it was (null: as far as is known here). `off`: its silence is no trouble, and it is
  // asked only now and then, until it answers.
  void rest(const std::string& uri, std::shared_ptr<const HostReading> last, bool off);
  // It should answer from now on, whatever an earlier call of it still waits for.
  void wake(const std::string& uri);
  // Threads at a call that has not come back.
  std::size_t hanging() const;

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace headroom::libvirt
