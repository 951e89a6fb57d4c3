#include "headroom/ingest/ingest.h"

#include <thread>

#include "server.h"

namespace headroom::ingest {

struct Ingest::State {
  std::unique_ptr<Server> server;
  std::thread thread;
};

Ingest::Ingest(std::unique_ptr<State> state) : state_(std::move(state)) {
  state_->thread = std::thread([server = state_->server.get()] { server->run(); });
}

Ingest::~Ingest() {
  state_->server->stop();
  state_->thread.join();
}

Result<std::unique_ptr<Ingest>> Ingest::open(const IngestOptions& options, const IngestPorts& ports) {
  auto server = Server::open(options, ports);
  if (!server) return tl::unexpected(server.error());
  return std::unique_ptr<Ingest>(new Ingest(std::make_unique<State>(State{std::move(*server), {}})));
}

int Ingest::port() const { return state_->server->port(); }
void Ingest::wake() { state_->server->wake(); }

}  // namespace headroom::ingest
