// lab-guest ADDRESS: what runs in a guest of the lab, as its first process. See server.h for what can be asked of it.
#include <cstdio>
#include <exception>
#include <string>

#include "server.h"
#include "work.h"

int main(int argc, char** argv) {
  const std::string address = argc > 1 ? argv[1] : "127.0.0.1";
  try {
    lab::Work work(address.substr(0, address.rfind('.')) + ".1");
    lab::Server server(7000, work);
    std::printf("lab-guest serves %s\n", address.c_str());
    std::fflush(stdout);
    server.serve();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "lab-guest: %s\n", error.what());
    return 1;
  }
}
