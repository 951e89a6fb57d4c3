// A line of the API's table, and what its handler is told. For the files that implement Api.
#pragma once

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "headroom/daemon/api.h"

namespace headroom {

struct Api::Asked {
  const Request& request;
  const access::Caller& caller;
  std::string name;                  // what stands for {name}
  std::shared_ptr<const State> state;

  // The one value of a parameter; empty when it was not given.
  std::string parameter(const std::string& key) const {
    const auto found = request.query.find(key);
    return found == request.query.end() ? std::string() : found->second;
  }
  // What it is about, in the audit log.
  std::string target() const { return name.empty() ? parameter("name") : name; }
};

// What stands in the audit log of a change.
struct Api::About {
  std::string target, asked{};       // asked: in words; empty: the action says it all
};

struct Api::Row {
  Endpoint endpoint;
  std::string_view action;                               // in the audit log
  Answer (Api::*show)(const Asked&) const = nullptr;     // of a GET
  Result<Answer> (Api::*change)(const Asked&) const = nullptr;   // of a POST
  About (Api::*about)(const Asked&) const = nullptr;     // of a POST; nullptr: what its name says
};

Answer json_answer(const nlohmann::json& object);
Answer refusal(const Error& error);
// A whole number from 1 to `most`; `usual` when it is not given. kInvalid, naming the parameter.
Result<std::size_t> count_of(const std::string& text, std::string_view parameter, std::size_t usual, std::size_t most);

}  // namespace headroom
