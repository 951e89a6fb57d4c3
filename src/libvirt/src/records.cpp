#include "records.h"

namespace headroom::libvirt {

Records statistics_of(virDomain* domain, unsigned groups) {
  virDomain* only[] = {domain, nullptr};
  virDomainStatsRecord** found = nullptr;
  return virDomainListGetStats(only, groups, &found, 0) < 0 ? Records() : Records(found);
}

Fields fields_of(const virDomainStatsRecord& record) {
  Fields f;
  for (int i = 0; i < record.nparams; ++i) {
    const virTypedParameter& p = record.params[i];
    switch (p.type) {
      case VIR_TYPED_PARAM_INT:
        if (p.value.i >= 0) f.numbers.emplace(p.field, static_cast<std::uint64_t>(p.value.i));
        break;
      case VIR_TYPED_PARAM_UINT: f.numbers.emplace(p.field, p.value.ui); break;
      case VIR_TYPED_PARAM_LLONG:
        if (p.value.l >= 0) f.numbers.emplace(p.field, static_cast<std::uint64_t>(p.value.l));
        break;
      case VIR_TYPED_PARAM_ULLONG: f.numbers.emplace(p.field, p.value.ul); break;
      case VIR_TYPED_PARAM_STRING:
        if (p.value.s != nullptr) f.texts.emplace(p.field, p.value.s);
        break;
      default: break;
    }
  }
  return f;
}

}  // namespace headroom::libvirt
