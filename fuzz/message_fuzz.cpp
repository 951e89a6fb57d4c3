// Payloads of the agent's wire, of either side: what is taken is written to a frame that is taken again, with the same in it.
#include <string>

#include "headroom/wire/frame.h"
#include "headroom/wire/message.h"
#include "text.h"

namespace {

using namespace headroom;

template <class Message>
void round_trip(const Result<Message>& read, Result<Message> (*decode)(std::string_view)) {
  fuzz::expect_one_sentence(read);
  if (!read || read->ByteSizeLong() == 0) return;   // an empty message is never sent, and no frame holds one
  std::string frame;
  wire::append(*read, frame);
  wire::FrameReader frames;
  if (!frames.push(frame)) std::abort();
  const auto payload = frames.next();
  if (!payload) std::abort();
  const auto again = decode(*payload);
  if (!again || again->SerializeAsString() != read->SerializeAsString()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view payload = fuzz::text(data, size);
  round_trip(wire::decode_from_agent(payload), &wire::decode_from_agent);
  round_trip(wire::decode_to_agent(payload), &wire::decode_to_agent);
  static_cast<void>(wire::printable(payload));
  return 0;
}
