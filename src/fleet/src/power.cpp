// What switches hosts on and off, and how long that may take.
#include <fmt/format.h>

#include "headroom/config/format.h"
#include "headroom/power/adapters.h"
#include "sections.h"

namespace headroom::fleet {
namespace {

using config::Section;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

config::Format<Duration> patience() { return config::duration(seconds(1), minutes(5)); }
config::Format<std::string> path() { return config::text(4096); }

// Keys that two kinds share.
struct Board {
  std::string user, password_file;

  explicit Board(Section& s) {
    s.required("user", user, config::text());
    s.required("password file", password_file, path());
  }
};

std::optional<PowerCommand> read_program(Section& s, const std::string& name) {
  if (!s.has("program")) return std::nullopt;
  PowerCommand command;
  s.required("program", command.program, path());
  s.list("arguments", command.arguments, config::text(1000));
  command.host = name;
  s.optional("called", command.host, config::text());
  s.optional("within", command.deadline, patience());
  if (command.host.empty()) s.reject("program", "it has to be told which host; give the host a 'name', or say what it is 'called' there");
  return command;
}

PowerSettings read_wake(Section& s, const std::string& name) {
  WakeOnLan wake;
  s.required("wake on lan", wake.mac, config::text());
  s.optional("broadcast", wake.broadcast, config::text());
  s.optional("port", wake.port, config::integer(1, 65535));
  wake.other = read_program(s, name);
  return wake;
}

// None where a key that it needs is missing, which has been said then.
std::optional<PowerSettings> read_ipmi(Section& s) {
  IpmiBoard board;
  s.required("ipmi", board.address, config::text());
  s.optional("port", board.port, config::integer(1, 65535));
  const Board who(s);
  board.user = who.user;
  board.password_file = who.password_file;
  s.optional("cipher suite", board.cipher_suite, config::integer(0, 17));
  s.optional("ipmitool", board.program, path());
  s.optional("within", board.deadline, patience());
  if (board.user.empty() || board.password_file.empty()) return std::nullopt;
  return board;
}

std::optional<PowerSettings> read_redfish(Section& s) {
  RedfishBoard board;
  s.required("redfish", board.url, config::text(1000));
  s.optional("system", board.system, config::text(1000));
  const Board who(s);
  board.user = who.user;
  board.password_file = who.password_file;
  s.optional("trusted file", board.trusted_file, path());
  s.optional("within", board.deadline, patience());
  if (board.user.empty() || board.password_file.empty()) return std::nullopt;
  return board;
}

std::optional<PowerSettings> read_settings(Section& s, const std::string& name) {
  if (s.has("ipmi")) return read_ipmi(s);
  if (s.has("redfish")) return read_redfish(s);
  if (s.has("wake on lan")) return read_wake(s, name);
  if (auto command = read_program(s, name)) return std::move(*command);
  s.reject("", "it names nothing that switches the host; write 'program', 'wake on lan', 'ipmi' or 'redfish' (docs/power.md)");
  return std::nullopt;
}

}  // namespace

void read_switch(Section& host, const std::string& uri, const std::string& name, libvirt::PowerOptions& power) {
  auto s = host.optional_section("power");
  if (!s) return;
  auto settings = read_settings(*s, name);
  if (!settings) return;
  auto made = make_power(std::move(*settings));
  if (made) power.switches[uri] = std::move(*made);
  else s->reject("", made.error().message);
}

void read_power(Section& top, libvirt::PowerOptions& power) {
  auto s = top.optional_section("power");
  if (!s) return;
  s->optional("start within", power.start_within, config::duration(seconds(1), hours(2)));
  s->optional("stop within", power.stop_within, config::duration(seconds(1), hours(2)));
  s->optional("answer within", power.answer_within, config::duration(Duration(100), minutes(1)));
  s->optional("quiet", power.quiet, config::duration(Duration(0), minutes(10)));
  s->optional("silence", power.silence, config::duration(seconds(1), hours(1)));
}

}  // namespace headroom::fleet
