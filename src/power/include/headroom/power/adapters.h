// What can switch a host, as settings, and the adapters made of them (host_power.h). docs/power.md is for operators.
//
//   auto power = make_power(IpmiBoard{.address = "10.0.9.12", .user = "headroom", .password_file = "/etc/headroom/bmc"});
//
// Secrets are read from their files at each call, so that they are in no process list and may be changed meanwhile. A file that
// others may read is refused.
//
// Threads: as the port says; several hosts' adapters may be used at once. Errors of make_power(): kInvalid, one sentence.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "headroom/base/instant.h"
#include "headroom/power/host_power.h"

namespace headroom {

// A program of the operator's, run without a shell as `program arguments... start|stop|state HOST`. `state` prints one of the names of
// SwitchState as its first word. Exit codes: 0 done; 3 it does not know the host; 4 it will not; 5 what it asks does not answer;
// others: it did not work, and the last line it wrote to its standard error says why.
struct PowerCommand {
  std::string program;                      // an absolute path
  std::vector<std::string> arguments{};     // before the verb
  std::string host;                         // what it calls the host
  Duration deadline = std::chrono::seconds(30);  // then it is killed, with all that it started
};

// A magic packet by UDP, which starts a host and does nothing else. Where `other` is given, that program stops it and tells its state.
struct WakeOnLan {
  std::string mac;                          // "52:54:00:12:34:56"
  std::string broadcast = "255.255.255.255";
  int port = 9;
  std::optional<PowerCommand> other{};
};

// A management board over IPMI 2.0, by the program ipmitool.
struct IpmiBoard {
  std::string address;
  int port = 623;
  std::string user;
  std::string password_file;
  std::optional<int> cipher_suite{};        // absent: ipmitool asks the board which it has
  std::string program = "/usr/bin/ipmitool";
  Duration deadline = std::chrono::seconds(30);
};

// A management board over Redfish (DMTF DSP0266): the power state of a ComputerSystem, and its action Reset.
struct RedfishBoard {
  std::string url;                          // "https://10.0.9.12"; http is refused except to this machine
  std::string system = "/redfish/v1/Systems/1";
  std::string user;
  std::string password_file;
  std::string trusted_file{};               // certificates to trust instead of the system's: the board's own, or who signed it
  Duration deadline = std::chrono::seconds(30);
};

using PowerSettings = std::variant<PowerCommand, WakeOnLan, IpmiBoard, RedfishBoard>;

Result<std::unique_ptr<HostPower>> make_power(PowerSettings settings);

}  // namespace headroom
