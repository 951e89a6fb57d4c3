// Fills a protobuf message from the JSON of the API's answers, by the names of its fields: so that the two are one contract, and
// what the one says the other says.
//
// A key that the message has not is left out. null leaves a field unset; in a list of numbers it is NaN. A list within a list becomes a
// message with one list. A time is RFC 3339, a google.protobuf.Timestamp; one before 1970 or after 2200 is left unset. A word
// ("live-up") becomes the value of its enum that ends so (SCALING_LIVE_UP), and the unspecified one where there is none.
//
// Threads: any, no state. Errors: kFailed, naming the key, when a value does not fit its field: proto and manager do not belong together.
#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <vector>

#include "headroom/base/result.h"

namespace headroom::rpc {

// `left_out`: takes the keys and words that have no place in the message.
Result<void> fill(std::string_view json, google::protobuf::Message& message, std::vector<std::string>* left_out = nullptr);

}  // namespace headroom::rpc
