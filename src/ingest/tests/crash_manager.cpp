// ingest_test_manager FOLDER: serves agents until it is killed, and writes its port to the standard output.
#include <unistd.h>

#include "crash_files.h"
#include "headroom/base/stop.h"
#include "headroom/ingest/ingest.h"

int main(int argc, char** argv) {
  using namespace headroom;
  if (argc != 2) return 2;
  const SystemClock clock;
  const ingest::testing::Files files(argv[1], clock.now());
  ingest::AgentBoard board;
  ingest::IngestOptions options;
  options.address = "127.0.0.1";
  options.port = 0;
  options.commit_every = std::chrono::milliseconds(5);
  options.messages_per_second = 1e6;
  const auto ingest = ingest::Ingest::open(options, {*files.identities, *files.history, board, clock, 1, {}});
  if (!ingest) return 1;
  const int port = (*ingest)->port();
  if (write(STDOUT_FILENO, &port, sizeof port) != ssize_t{sizeof port}) return 1;
  const Stop never;
  never.wait();
}
