#include "endpoint.h"

#include <fmt/format.h>

#include <unordered_map>

#include "headroom/base/check.h"
#include "headroom_api.pb.h"

namespace headroom::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

constexpr std::string_view kName = "{name}";

// What a field asks for, as texts.
std::vector<std::string> values(const Message& message, const FieldDescriptor& field) {
  const auto& read = *message.GetReflection();
  std::vector<std::string> all;
  if (field.is_repeated()) {
    for (int i = 0; i < read.FieldSize(message, &field); ++i) all.push_back(read.GetRepeatedString(message, &field, i));
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    if (std::string text = read.GetString(message, &field); !text.empty()) all.push_back(std::move(text));
  } else if (read.HasField(message, &field)) {
    all.push_back(fmt::format("{}", read.GetUInt32(message, &field)));
  }
  return all;
}

}  // namespace

const std::vector<const ServiceDescriptor*>& services() {
  static const std::vector<const ServiceDescriptor*> kAll = [] {
    const auto* file = v1::GetStatusRequest::descriptor()->file();
    std::vector<const ServiceDescriptor*> all;
    for (int i = 0; i < file->service_count(); ++i) all.push_back(file->service(i));
    return all;
  }();
  return kAll;
}

std::string endpoint_of(const MethodDescriptor& method) { return method.options().GetExtension(v1::endpoint); }

const MethodDescriptor& method_of(const Message& request) {
  static const std::unordered_map<const Descriptor*, const MethodDescriptor*> kMethods = [] {
    std::unordered_map<const Descriptor*, const MethodDescriptor*> all;
    for (const ServiceDescriptor* service : services())
      for (int i = 0; i < service->method_count(); ++i) all[service->method(i)->input_type()] = service->method(i);
    return all;
  }();
  const auto found = kMethods.find(request.GetDescriptor());
  HEADROOM_CHECK(found != kMethods.end(), "a message that no method asks with");
  return *found->second;
}

Result<Request> to_request(const Message& message) {
  const std::string endpoint = endpoint_of(method_of(message));
  const auto space = endpoint.find(' ');
  Request request;
  request.method = endpoint.substr(0, space);
  request.path = "/api/v1/" + endpoint.substr(space + 1);
  const auto name_at = request.path.find(kName);
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *message.GetDescriptor()->field(i);
    if (field.name() == "name" && name_at != std::string::npos) continue;
    for (std::string& value : values(message, field)) request.query.emplace(field.name(), std::move(value));
  }
  if (name_at == std::string::npos) return request;
  const auto name = values(message, *message.GetDescriptor()->FindFieldByName("name"));
  if (name.empty()) return invalid("the name is missing");
  request.path.replace(name_at, kName.size(), name.front());
  return request;
}

}  // namespace headroom::rpc
