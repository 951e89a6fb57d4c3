// Where the agents of VMs connect, and by whom their certificates are.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "headroom/config/format.h"
#include "sections.h"

namespace headroom::fleet {
namespace {

using config::Section;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct Listen {
  std::string address;
  int port = 0;
};

// "0.0.0.0:7475", "[::]:7475".
config::Format<Listen> listen_at() {
  return [](std::string_view given) -> Result<Listen> {
    const auto colon = given.rfind(':');
    const auto bad = [&] { return invalid(fmt::format("'{}' is not ADDRESS:PORT; write 0.0.0.0:7475 for every address of this machine", given)); };
    if (colon == std::string_view::npos || colon == 0) return bad();
    Listen at{std::string(given.substr(0, colon)), 0};
    if (at.address.starts_with('[') && at.address.ends_with(']')) at.address = at.address.substr(1, at.address.size() - 2);
    const std::string_view port = given.substr(colon + 1);
    const auto read = std::from_chars(port.data(), port.data() + port.size(), at.port);
    if (read.ec != std::errc() || read.ptr != port.data() + port.size() || at.port < 0 || at.port > 65535) return bad();
    return at;
  };
}

void read_limits(Section& s, ingest::IngestOptions& o) {
  const auto count = [&](const char* key, std::size_t& into, std::int64_t low, std::int64_t high) {
    std::int64_t given = static_cast<std::int64_t>(into);
    s.optional(key, given, config::integer(low, high));
    into = static_cast<std::size_t>(given);
  };
  count("connections", o.most_connections, 1, 500'000);
  count("unproven connections", o.most_unproven, 8, 10'000);
  s.optional("prove within", o.prove_within, config::duration(seconds(1), minutes(1)));
  s.optional("messages per second", o.messages_per_second, config::number(config::between(0.1, 1'000'000)));
}

void read_intervals(Section& s, AgentSettings& a) {
  const auto interval = config::duration(seconds(1), seconds(60));
  s.optional("interval", a.ingest.interval, interval);
  a.near_limit = std::min(a.near_limit, a.ingest.interval);
  a.calm = a.ingest.interval;
  s.optional("interval near a limit", a.near_limit, interval);
  s.optional("interval when calm", a.calm, interval);
  if (a.near_limit > a.ingest.interval) s.reject("interval near a limit", fmt::format("that is more seldom than the usual interval of {}", to_text(a.ingest.interval)));
  if (a.calm < a.ingest.interval) s.reject("interval when calm", fmt::format("that is oftener than the usual interval of {}", to_text(a.ingest.interval)));
}

}  // namespace

void read_agents(Section& top, const std::filesystem::path& folder, std::optional<AgentSettings>& agents) {
  auto s = top.optional_section("agents");
  if (!s) return;
  agents.emplace();
  Listen at{agents->ingest.address, agents->ingest.port};
  s->optional("listen", at, listen_at());
  agents->ingest.address = at.address;
  agents->ingest.port = at.port;
  read_intervals(*s, *agents);
  s->optional("drain within", agents->drain_within, config::duration(seconds(0), minutes(1)));
  s->optional("certificates last", agents->certificates_last, config::duration(hours(2), identity::kLongestCertificate));
  std::string certificate, key;
  s->optional("ca certificate", certificate, config::text(4096));
  s->optional("ca key", key, config::text(4096));
  if (certificate.empty() != key.empty()) s->reject(certificate.empty() ? "ca key" : "ca certificate", "an authority of your own is both: 'ca certificate' and 'ca key'");
  if (!certificate.empty()) agents->authority = identity::OwnAuthority{folder / certificate, folder / key};
  read_limits(*s, agents->ingest);
}

}  // namespace headroom::fleet
