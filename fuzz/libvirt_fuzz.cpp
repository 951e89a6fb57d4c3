// XML as hosts' libvirtds hand it out, of which whoever defines a VM writes most: domains, our elements in their metadata, capabilities,
// pools. A byte in front says which; without one of those it is a domain.
#include "headroom/libvirt/claim.h"
#include "headroom/libvirt/domain.h"
#include "headroom/libvirt/host_facts.h"
#include "headroom/libvirt/mobility.h"
#include "headroom/libvirt/owner.h"
#include "headroom/libvirt/scaling.h"
#include "text.h"

namespace {

using namespace headroom;
using namespace headroom::libvirt;

void judge(const Domain& domain) {
  static const HostFacts host;
  static const Site site;
  static_cast<void>(judge_mobility(domain, host, site).reason());
  static_cast<void>(judge_scaling(domain).reason());
  static_cast<void>(needs_of(domain, host, site));
  static_cast<void>(detect_owner(domain, site));
  static_cast<void>(cpu_to_expand(domain));
  for (const Resources& amounts : {allocation_of(domain), ceiling_of(domain), floor_of(domain)})
    for (Resource r : kAllResources)
      if (amounts[r] < 0) std::abort();
}

// What we wrote is read back as it was: a policy or a claim that changes on its way would be acted on.
template <class Element>
void round_trip(std::string_view text, Result<Element> (*parse)(std::string_view)) {
  const auto read = parse(text);
  fuzz::expect_one_sentence(read);
  if (!read) return;
  const auto again = parse(to_xml(*read));
  if (!again || !(*again == *read)) {
    std::fprintf(stderr, "not read back: %s\n", to_xml(*read).c_str());
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all = fuzz::text(data, size), rest = all.substr(std::min<std::size_t>(1, size));
  HostFacts facts;
  switch (size == 0 ? 0 : data[0]) {
    case 'c': fuzz::expect_one_sentence(read_capabilities(rest, facts)); break;
    case 'd':
      fuzz::expect_one_sentence(read_domain_capabilities(rest, facts));
      static_cast<void>(host_model_cpu(rest));
      break;
    case 'f': fuzz::expect_one_sentence(add_cpu_features(rest, facts)); break;
    case 's': fuzz::expect_one_sentence(parse_pool(rest)); break;
    case 'p': round_trip<VmPolicy>(rest, &parse_policy); break;
    case 'o': round_trip<Claim>(rest, &parse_claim); break;
    default: {
      auto domain = parse_domain(all);
      fuzz::expect_one_sentence(domain);
      if (!domain) break;
      judge(*domain);
      fuzz::expect_one_sentence(complete_cpu(all, *domain));
    }
  }
  static_cast<void>(offers_of(facts));
  return 0;
}
