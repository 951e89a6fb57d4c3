// The magic packet: six bytes of ones, then the address sixteen times (AMD, publication 20213).
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "parts.h"

namespace headroom {
namespace {

constexpr std::size_t kMacBytes = 6, kRepeats = 16;
constexpr int kPackets = 3;  // one may be lost, and nobody answers

using Mac = std::array<std::uint8_t, kMacBytes>;

std::optional<Mac> parse_mac(const std::string& text) {
  if (text.size() != 3 * kMacBytes - 1) return std::nullopt;
  Mac mac{};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % 3 == 2) {
      if (text[i] != ':' && text[i] != '-') return std::nullopt;
      continue;
    }
    const auto digit = std::string_view("0123456789abcdefABCDEF").find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    mac[i / 3] = static_cast<std::uint8_t>(mac[i / 3] * 16 + (digit < 16 ? digit : digit - 6));
  }
  return mac;
}

class WakePower final : public HostPower {
 public:
  WakePower(const WakeOnLan& settings, const Mac& mac, std::unique_ptr<HostPower> other) : mac_(mac), other_(std::move(other)) {
    to_.sin_family = AF_INET;
    to_.sin_port = htons(static_cast<std::uint16_t>(settings.port));
    inet_pton(AF_INET, settings.broadcast.c_str(), &to_.sin_addr);
  }

  bool can_start() const override { return true; }
  bool can_stop() const override { return other_ != nullptr; }

  Result<void> start() override {
    std::vector<std::uint8_t> packet(kMacBytes, 0xff);
    for (std::size_t i = 0; i < kRepeats; ++i) packet.insert(packet.end(), mac_.begin(), mac_.end());
    const int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    bool sent = socket_fd >= 0 && setsockopt(socket_fd, SOL_SOCKET, SO_BROADCAST, &yes, sizeof yes) == 0;
    for (int i = 0; sent && i < kPackets; ++i)
      sent = sendto(socket_fd, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to_), sizeof to_) ==
             static_cast<ssize_t>(packet.size());
    const int error = errno;
    if (socket_fd >= 0) close(socket_fd);
    if (!sent) return fail(ErrorCode::kFailed, fmt::format("the packet that wakes it was not sent: {}", std::strerror(error)));
    return {};
  }

  Result<void> stop() override {
    if (!other_) return fail(ErrorCode::kRefused, "Wake-on-LAN only starts a host; name a program that stops it");
    return other_->stop();
  }

  Result<SwitchState> state() override {
    if (!other_) return SwitchState::kUnknown;
    return other_->state();
  }

 private:
  const Mac mac_;
  sockaddr_in to_{};
  const std::unique_ptr<HostPower> other_;
};

}  // namespace

Result<std::unique_ptr<HostPower>> make(WakeOnLan settings) {
  const auto mac = parse_mac(settings.mac);
  if (!mac) return invalid(fmt::format("'{}' is no MAC address; write it as 52:54:00:12:34:56", settings.mac));
  in_addr address{};
  if (inet_pton(AF_INET, settings.broadcast.c_str(), &address) != 1)
    return invalid(fmt::format("'{}' is no IPv4 address for the packet that wakes a host", settings.broadcast));
  if (settings.port < 1 || settings.port > 65535) return invalid(fmt::format("{} is no UDP port", settings.port));
  std::unique_ptr<HostPower> other;
  if (settings.other) {
    auto made = make(*settings.other);
    if (!made) return made;
    other = std::move(*made);
  }
  return std::make_unique<WakePower>(settings, *mac, std::move(other));
}

}  // namespace headroom
