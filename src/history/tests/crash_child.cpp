// history_test_child DIRECTORY: appends to a history, syncs and says so on its standard output, round after round, until it is killed.
#include <unistd.h>

#include <string>
#include <vector>

#include "headroom/history/rocksdb_history.h"

int main(int argc, char** argv) {
  using namespace headroom;
  if (argc != 2) return 2;
  const auto store = open_rocksdb_history(argv[1]);
  if (!store) return 1;
  std::vector<std::string> names;
  for (int vm = 0; vm < 50; ++vm) names.push_back("vm" + std::to_string(vm));
  for (std::int64_t round = 0;; ++round) {
    Sample sample;
    sample.at = instant_from_epoch_seconds(round * 10);
    sample.used = {static_cast<double>(round), 4096.0 * 1024, 1500.5, 0.125};
    const std::string so_far = std::to_string(round);
    std::vector<HistorySample> samples;
    std::vector<HistoryMark> marks;
    for (const std::string& name : names) {
      samples.push_back({name, sample});
      marks.push_back({name, so_far});
    }
    if (!(*store)->append(samples, marks) || !(*store)->sync()) return 1;
    if (write(STDOUT_FILENO, &round, sizeof round) != ssize_t{sizeof round}) return 1;
  }
}
