#include "shape.h"

#include "headroom/wire/message.h"

namespace headroom::wire {
namespace {

constexpr std::size_t kMostTokenBytes = 128;
constexpr int kMostFeatures = 32;

Result<void> at_most(const char* field, const std::string& bytes, std::size_t most) {
  if (bytes.size() <= most) return {};
  return invalid(std::string(field) + " has " + std::to_string(bytes.size()) + " bytes; at most " + std::to_string(most) + " are taken");
}

Result<void> exactly(const char* field, const std::string& bytes, std::size_t count) {
  if (bytes.size() == count) return {};
  return invalid(std::string(field) + " has " + std::to_string(bytes.size()) + " bytes instead of " + std::to_string(count));
}

Result<void> some(const char* field, const std::string& bytes, std::size_t most) {
  if (!bytes.empty()) return at_most(field, bytes, most);
  return invalid(std::string(field) + " is empty");
}

Result<void> count_at_most(const char* field, int count, int most) {
  if (count <= most) return {};
  return invalid(std::string(field) + " has " + std::to_string(count) + " entries; at most " + std::to_string(most) + " are taken");
}

// The first that fails.
template <class... Rest>
Result<void> all(Result<void> first, Rest... rest) {
  if constexpr (sizeof...(rest) == 0) {
    return first;
  } else {
    if (!first) return first;
    return all(std::move(rest)...);
  }
}

template <class List>
Result<void> names(const char* field, const List& list, int most) {
  if (auto count = count_at_most(field, list.size(), most); !count) return count;
  for (const auto& entry : list) {
    if (auto name = some(field, entry.name(), kMostNameBytes); !name) return name;
  }
  return {};
}

Result<void> check_chain(const google::protobuf::RepeatedPtrField<std::string>& chain) {
  if (chain.empty()) return invalid("a certificate chain is empty");
  if (auto count = count_at_most("a certificate chain", chain.size(), kMostChain); !count) return count;
  for (const std::string& certificate : chain) {
    if (auto one = some("a certificate", certificate, kMostCertificateBytes); !one) return one;
  }
  return {};
}

Result<void> check(const v1::Hello& hello) {
  if (hello.version_min() == 0 || hello.version_min() > hello.version_max()) return invalid("Hello's range of versions is empty");
  return all(at_most("Hello.agent_version", hello.agent_version(), kMostNameBytes), exactly("Hello.boot_id", hello.boot_id(), kIdBytes),
             exactly("Hello.run_id", hello.run_id(), kIdBytes), count_at_most("Hello.features", hello.features_size(), kMostFeatures));
}

Result<void> check(const v1::Join& join) {
  return all(some("Join.token", join.token(), kMostTokenBytes), some("Join.csr", join.csr(), kMostCertificateBytes));
}

Result<void> check(const v1::Renew& renew) { return some("Renew.csr", renew.csr(), kMostCertificateBytes); }

Result<void> check(const v1::Report& report) {
  if (report.sequence() == 0) return invalid("Report.sequence is 0; reports are numbered from 1");
  if (report.samples() == 0 || report.span_ms() == 0) return invalid("a report covers no sample or no time");
  if (report.mean_size() == 0) return invalid("a report without values");
  for (const int listed : {report.least_size(), report.most_size()}) {
    if (listed != 0 && listed != report.mean_size()) return invalid("a report's lists of values are not of one length");
  }
  return all(count_at_most("Report.mean", report.mean_size(), kMostMetrics), names("Report.disks", report.disks(), kMostDevices),
             names("Report.nics", report.nics(), kMostDevices), names("Report.processes", report.processes(), kMostProcesses));
}

Result<void> check(const v1::DirectiveResult& result) {
  return all(exactly("DirectiveResult.id", result.id(), kIdBytes), at_most("DirectiveResult.reason", result.reason(), kMostTextBytes));
}

Result<void> check(const v1::Demand& demand) { return at_most("Demand.reason", demand.reason(), kMostTextBytes); }

Result<void> check(const v1::Abilities& abilities) { return count_at_most("Abilities.features", abilities.features_size(), kMostFeatures); }

Result<void> check(const v1::Goodbye& goodbye) { return at_most("Goodbye.text", goodbye.text(), kMostTextBytes); }

Result<void> check_interval(const char* field, std::uint32_t ms) {
  if (ms >= kIntervalMinMs && ms <= kIntervalMaxMs) return {};
  return invalid(std::string(field) + " is " + std::to_string(ms) + "; from " + std::to_string(kIntervalMinMs) + " to " +
                 std::to_string(kIntervalMaxMs) + " are taken");
}

Result<void> check(const v1::Welcome& welcome) {
  if (welcome.version() == 0) return invalid("Welcome.version is 0");
  return check_interval("Welcome.interval_ms", welcome.interval_ms());
}

Result<void> check(const v1::Joined& joined) { return all(check_chain(joined.chain()), some("Joined.ca", joined.ca(), kMostCertificateBytes)); }

Result<void> check(const v1::Renewed& renewed) { return check_chain(renewed.chain()); }

Result<void> check(const v1::Directive& directive) {
  if (auto shape = all(exactly("Directive.id", directive.id(), kIdBytes), at_most("Directive.reason", directive.reason(), kMostTextBytes)); !shape) {
    return shape;
  }
  if (directive.has_sampling()) return check_interval("Sampling.interval_ms", directive.sampling().interval_ms());
  return {};
}

Result<void> check(const v1::ResultAck& ack) { return exactly("ResultAck.id", ack.id(), kIdBytes); }

}  // namespace

Result<void> check_shape(const v1::FromAgent& message) {
  switch (message.body_case()) {
    case v1::FromAgent::kHello: return check(message.hello());
    case v1::FromAgent::kJoin: return check(message.join());
    case v1::FromAgent::kRenew: return check(message.renew());
    case v1::FromAgent::kReport: return check(message.report());
    case v1::FromAgent::kResult: return check(message.result());
    case v1::FromAgent::kDemand: return check(message.demand());
    case v1::FromAgent::kAbilities: return check(message.abilities());
    case v1::FromAgent::kGoodbye: return check(message.goodbye());
    case v1::FromAgent::BODY_NOT_SET: return {};  // a kind of a newer agent
  }
  return {};
}

Result<void> check_shape(const v1::ToAgent& message) {
  switch (message.body_case()) {
    case v1::ToAgent::kWelcome: return check(message.welcome());
    case v1::ToAgent::kJoined: return check(message.joined());
    case v1::ToAgent::kRenewed: return check(message.renewed());
    case v1::ToAgent::kAck: return {};
    case v1::ToAgent::kDirective: return check(message.directive());
    case v1::ToAgent::kResultAck: return check(message.result_ack());
    case v1::ToAgent::kGoodbye: return check(message.goodbye());
    case v1::ToAgent::BODY_NOT_SET: return {};  // a kind of a newer manager
  }
  return {};
}

}  // namespace headroom::wire
