// What is known of one host from round to round: its connection, its facts, the XML of its domains as long as nothing says that it
// changed. A round costs one call for the statistics of all domains, and one for each domain whose XML has to be read.
//
// Threads: one at a time; its calls may block for as long as the host likes.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "connection.h"
#include "headroom/base/clock.h"
#include "headroom/libvirt/host_reading.h"

namespace headroom::libvirt {

struct SessionOptions {
  KeepAlive keep_alive{};
  int domain_rounds = 30;  // XML is read again after so many rounds though no event asked for it
  int host_rounds = 60;    // and a host's facts
};

struct Changed {
  bool all = false;
  std::set<std::string> vms{};  // UUIDs
};

class Session {
 public:
  Session(std::string uri, std::size_t host, SessionOptions options, std::shared_ptr<EventQueue> events,
          std::shared_ptr<const Clock> clock);

  Result<HostReading> read(const Changed& changed);
  void drop();  // closes the connection and forgets what it told

 private:
  struct Remembered {
    std::shared_ptr<const Domain> domain;
    std::optional<std::int64_t> run;
    int rounds_left = 0;
  };
  Result<void> ensure_open();
  Result<void> read_domains(const Changed& changed, HostReading& reading);
  void read_domain(const virDomainStatsRecord& record, const Changed& changed, HostReading& reading);
  std::shared_ptr<const Domain> domain_of(virDomain* handle, const std::string& uuid, bool changed, HostReading& reading);

  const std::string uri_;
  const std::size_t host_;
  const SessionOptions options_;
  const std::shared_ptr<EventQueue> events_;
  const std::shared_ptr<const Clock> clock_;
  std::unique_ptr<Connection> connection_;
  HostFacts facts_;
  int facts_rounds_left_ = 0;
  std::map<std::string, Remembered> known_;
};

}  // namespace headroom::libvirt
