#include "handles.h"

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace headroom::libvirt {
namespace {

ErrorCode code_of(int libvirt_code, ErrorCode otherwise) {
  switch (libvirt_code) {
    case VIR_ERR_NO_DOMAIN:
    case VIR_ERR_NO_DOMAIN_METADATA: return ErrorCode::kNotFound;
    case VIR_ERR_NO_SUPPORT:
    case VIR_ERR_ARGUMENT_UNSUPPORTED:
    case VIR_ERR_OPERATION_UNSUPPORTED:
    case VIR_ERR_OPERATION_DENIED:
    case VIR_ERR_ACCESS_DENIED: return ErrorCode::kRefused;
    case VIR_ERR_RPC:
    case VIR_ERR_NO_CONNECT:
    case VIR_ERR_INVALID_CONN: return ErrorCode::kUnreachable;
    default: return otherwise;
  }
}

}  // namespace

std::string taken(char* text) {
  const Handle<char> owned(text);
  return owned ? std::string(owned.get()) : std::string();
}

Error last_error(std::string_view doing, ErrorCode code) {
  const virError* error = virGetLastError();
  std::string said = error != nullptr && error->message != nullptr ? error->message : "no reason given";
  std::replace(said.begin(), said.end(), '\n', ' ');
  return {error == nullptr ? code : code_of(error->code, code), fmt::format("{}: {}", doing, said)};
}

void start_libvirt() {
  static std::once_flag once;
  std::call_once(once, [] {
    virSetErrorFunc(nullptr, [](void*, virError*) {});
    setenv("LIBVIRT_DEBUG", "error", 0);   // it writes warnings to the standard error of whoever uses it; what fails we are told, and say
    virInitialize();
    virEventRegisterDefaultImpl();
    std::thread([] {
      while (virEventRunDefaultImpl() >= 0) {}
    }).detach();
  });
}

}  // namespace headroom::libvirt
