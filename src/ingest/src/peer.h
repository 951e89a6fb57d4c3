// One connection: its socket, its TLS, what is half read and half written, and who it is. It reads and writes; what is said is others'.
//
// Threads: one. Memory: a frame to be read, kMostToSend to be written, and TLS's own once it has said anything. Errors: Io.
#pragma once

#include <list>
#include <memory>
#include <set>
#include <span>
#include <string>

#include "bucket.h"
#include "clock_map.h"
#include "headroom/base/descriptor.h"
#include "headroom/wire/frame.h"
#include "intake.h"
#include "tls_context.h"

namespace headroom::ingest {

enum class Io : std::uint8_t { kDone, kWait, kOver };   // done; nothing more for now; the connection is over

struct Peer {
  enum class Stage : std::uint8_t { kSilent, kShaking, kStranger, kProven, kSpeaking, kLeaving };
  static constexpr std::size_t kFrameOfStranger = 8 << 10, kFrameOfAgent = 16 << 10, kMostToSend = 256 << 10;

  Peer(int fd, std::uint32_t number, std::string address, Instant now, const Bucket& messages)
      : socket(fd), number(number), address(std::move(address)), since(now), heard_at(now), messages(messages) {}

  Io shake();
  // Some bytes into the reader. kOver too for what is no frame; `why` says so then.
  Io read(std::span<char> buffer, std::string& why);
  Io flush();
  bool unsent() const { return sent < out.size(); }
  bool unproven() const { return stage < Stage::kProven; }

  Descriptor socket;
  std::uint32_t number;                // tells a descriptor's users apart
  Stage stage = Stage::kSilent;
  bool paused = false, waits_to_write = false, listed_again = false;
  std::string address;
  Instant since, heard_at;             // it is connected; it last said something
  Tls tls;
  wire::FrameReader reader{kFrameOfStranger};
  std::string out;                     // frames; those before `sent` are gone
  std::size_t sent = 0;
  std::list<int>::iterator among_unproven{}, among_shaking{};   // the latter once it has TLS

  Speaker speaker;                     // from kProven on
  Bucket messages;
  ClockMap clock;                      // from kSpeaking on
  std::shared_ptr<AgentRun> run;
  std::uint64_t boottime_ns = 0;       // the newest told, at boottime_at
  Instant boottime_at{};
  Instant renewed_at{};
  std::set<std::string> asked;         // directives that went out on it
};

}  // namespace headroom::ingest
