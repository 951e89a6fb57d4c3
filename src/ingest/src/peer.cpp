#include "peer.h"

#include <openssl/err.h>

namespace headroom::ingest {
namespace {

Io io_of(SSL* tls, int result) {
  const int error = SSL_get_error(tls, result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? Io::kWait : Io::kOver;
}

}  // namespace

Io Peer::shake() {
  ERR_clear_error();
  const int result = SSL_accept(tls.get());
  if (result == 1) return Io::kDone;
  return io_of(tls.get(), result);
}

Io Peer::read(std::span<char> buffer, std::string& why) {
  ERR_clear_error();
  std::size_t got = 0;
  const int result = SSL_read_ex(tls.get(), buffer.data(), buffer.size(), &got);
  if (result != 1) return io_of(tls.get(), result);
  const auto taken = reader.push({buffer.data(), got});
  if (taken) return Io::kDone;
  why = taken.error().message;
  return Io::kOver;
}

Io Peer::flush() {
  while (unsent()) {
    ERR_clear_error();
    std::size_t some = 0;
    const int result = SSL_write_ex(tls.get(), out.data() + sent, out.size() - sent, &some);
    if (result != 1) return io_of(tls.get(), result);
    sent += some;
  }
  out.clear();
  sent = 0;
  if (out.capacity() > kFrameOfAgent) out.shrink_to_fit();
  return Io::kDone;
}

}  // namespace headroom::ingest
