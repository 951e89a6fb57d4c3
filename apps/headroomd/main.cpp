// headroomd: the manager. It runs a real fleet, or replays a recorded one on a simulated pool, deciding as it would for a real one; and
// shows what it does on a page, an API and a socket.
#include <fmt/core.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "headroom/base/stop.h"
#include "headroom/rpc/server.h"
#include "live_session.h"
#include "options.h"
#include "session.h"

int main(int argc, char** argv) {
  using namespace headroom;
  rpc::take_tls_13_only();
  CLI::App app{"Headroom's manager: keeps a fleet ahead of its load, and shows how", "headroomd"};
  app.set_version_flag("--version", HEADROOM_VERSION);
  app.footer("Without options it replays the bundled sample in two minutes and then keeps its page up until Ctrl-C.\n"
             "With --fleet FLEET.yaml it runs real libvirt hosts until Ctrl-C; what is under way then is taken up at the next start.\n"
             "Exit codes: 0 ok, 1 failure, 2 bad usage, input or configuration, 3 not found.");
  cli::Options options;
  cli::add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    const int code = app.exit(e);
    return code == 0 ? 0 : 2;
  }
  std::signal(SIGPIPE, SIG_IGN);  // who reads our output may leave; the page stays
  Stop stop;
  const OnTermination signals(stop);
  auto ok = cli::read_options(options);
  try {
    if (ok) ok = options.fleet.empty() ? cli::run_session(options, stop) : cli::run_live_session(options, stop);
  } catch (const std::exception& e) {  // no memory
    ok = fail(ErrorCode::kFailed, e.what());
  }
  if (ok) return 0;
  fmt::print(stderr, "headroomd: {}\n", ok.error().message);
  return exit_code(ok.error().code);
}
