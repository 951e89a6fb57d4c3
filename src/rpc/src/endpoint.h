// Which endpoint of the API a call is for, and what it asks there: read from the option `endpoint` of its method in
// proto/headroom_api.proto, and from the fields of its request.
//
// Threads: any, no state.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

#include "headroom/daemon/api.h"

namespace headroom::rpc {

// The services of the contract.
const std::vector<const google::protobuf::ServiceDescriptor*>& services();
// "GET vms/{name}".
std::string endpoint_of(const google::protobuf::MethodDescriptor& method);
// Every method has a message of its own to ask with.
const google::protobuf::MethodDescriptor& method_of(const google::protobuf::Message& request);

// A text that is empty and a number that is not there are parameters that were not given. kInvalid: the endpoint is one of something
// that has a name, and none is given.
Result<Request> to_request(const google::protobuf::Message& request);

}  // namespace headroom::rpc
