// What an agent kept of directives, as it may be found on its disk; and the settings of its owner.
#include <fstream>

#include "headroom/agent/settings.h"
#include "headroom/agent/testing/tree.h"
#include "ledger.h"
#include "text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headroom;
  static const agent::Tree tree;
  const std::string file = tree.path("file");
  std::ofstream(file, std::ios::binary | std::ios::trunc) << fuzz::text(data, size);
  agent::Settings settings;
  fuzz::expect_one_sentence(agent::read_settings(settings, file));
  auto ledger = agent::Ledger::open(file);
  fuzz::expect_one_sentence(ledger);
  if (!ledger) return 0;
  // What was opened once is opened again, with the same in it.
  std::string first, second;
  ledger->for_each_unacknowledged([&](const auto& result) { first += result.SerializeAsString(); });
  const auto again = agent::Ledger::open(file);
  if (!again || again->epoch() != ledger->epoch()) std::abort();
  again->for_each_unacknowledged([&](const auto& result) { second += result.SerializeAsString(); });
  if (first != second) std::abort();
  return 0;
}
