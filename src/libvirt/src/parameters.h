// libvirt's lists of named values, as an owner.
#pragma once

#include <cstdint>

#include "handles.h"

namespace headroom::libvirt {

class Parameters {
 public:
  Parameters() = default;
  ~Parameters() { virTypedParamsFree(list_, count_); }
  Parameters(const Parameters&) = delete;
  Parameters& operator=(const Parameters&) = delete;

  void add(const char* field, const std::string& text) { virTypedParamsAddString(&list_, &count_, &room_, field, text.c_str()); }
  void add_uint(const char* field, std::int64_t value) {
    virTypedParamsAddUInt(&list_, &count_, &room_, field, static_cast<unsigned>(value));
  }
  void add_ulong(const char* field, std::int64_t value) {
    virTypedParamsAddULLong(&list_, &count_, &room_, field, static_cast<unsigned long long>(value));
  }
  void add_long(const char* field, std::int64_t value) { virTypedParamsAddLLong(&list_, &count_, &room_, field, value); }

  virTypedParameterPtr list() const { return list_; }
  int count() const { return count_; }

 private:
  virTypedParameterPtr list_ = nullptr;
  int count_ = 0, room_ = 0;
};

}  // namespace headroom::libvirt
