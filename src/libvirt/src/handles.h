// libvirt's objects as owners, and its errors as ours.
#pragma once

#include <libvirt/libvirt.h>

#include <memory>
#include <string>
#include <string_view>

#include "headroom/base/result.h"

namespace headroom::libvirt {

struct Free {
  void operator()(virConnect* c) const { virConnectClose(c); }
  void operator()(virDomain* d) const { virDomainFree(d); }
  void operator()(virNetwork* n) const { virNetworkFree(n); }
  void operator()(virStoragePool* p) const { virStoragePoolFree(p); }
  void operator()(virInterface* i) const { virInterfaceFree(i); }
  void operator()(virNodeDevice* d) const { virNodeDeviceFree(d); }
  void operator()(char* text) const { free(text); }
};
template <class T>
using Handle = std::unique_ptr<T, Free>;

// A text that libvirt made; empty when it made none.
std::string taken(char* text);

// What this thread's last call said, in one line. `code` is for errors that have none of their own: an unknown domain is
// kNotFound, what the driver cannot do or does not allow kRefused, a broken connection kUnreachable.
Error last_error(std::string_view doing, ErrorCode code = ErrorCode::kFailed);

// Stops libvirt from printing errors; and its event loop, which connections need. Once for the process, on first use; the loop's
// thread runs until the process ends, because libvirt has but one loop and no way to take it back.
void start_libvirt();

}  // namespace headroom::libvirt
