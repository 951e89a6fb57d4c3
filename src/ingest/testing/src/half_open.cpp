#include "headroom/ingest/testing/half_open.h"

#include <sys/socket.h>
#include <unistd.h>

#include "headroom/ingest/testing/test_agent.h"

namespace headroom::ingest::testing {

HalfOpen::HalfOpen(int port, std::size_t count, std::string_view say, std::size_t addresses) {
  for (std::size_t i = 0; i < count; ++i) {
    const int fd = connect_to(port, 2000, INADDR_LOOPBACK + static_cast<std::uint32_t>(i % addresses));
    if (fd >= 0) fds_.push_back(fd);
    if (fd >= 0 && !say.empty()) static_cast<void>(!send(fd, say.data(), say.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
  }
}

HalfOpen::~HalfOpen() {
  for (const int fd : fds_) close(fd);
}

void HalfOpen::say(std::string_view more) const {
  for (const int fd : fds_) static_cast<void>(!send(fd, more.data(), more.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

std::string client_hello() {
  const std::unique_ptr<SSL_CTX, identity::Freed<SSL_CTX_free>> context(SSL_CTX_new(TLS_client_method()));
  const std::unique_ptr<SSL, identity::Freed<SSL_free>> tls(SSL_new(context.get()));
  SSL_set_bio(tls.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_connect(tls.get());
  char* data = nullptr;
  const long size = BIO_get_mem_data(SSL_get_wbio(tls.get()), &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace headroom::ingest::testing
