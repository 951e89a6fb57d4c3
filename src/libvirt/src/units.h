// Amounts as libvirt writes them: a number, and a unit beside it.
#pragma once

#include <optional>
#include <string>

#include "headroom/base/quantity.h"
#include "headroom/xml/document.h"

namespace headroom::libvirt {

// <memory unit='MiB'>4</memory>; without a unit it is KiB. Absent for what is no amount, or one beyond 2^62 bytes.
std::optional<Bytes> bytes_in(const xml::Element& element);
std::optional<Bytes> bytes_of(std::int64_t count, const std::string& unit);

// "0000:3b:00.1" of <address domain='0x0000' bus='0x3b' slot='0x00' function='0x1'/>; empty when there is none.
std::string pci_address(const xml::Element& address);

}  // namespace headroom::libvirt
