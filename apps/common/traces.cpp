#include "traces.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "headroom/sim/training.h"
#include "shipped.h"

namespace headroom::cli {

Result<Window> parse_window(const std::string& text) {
  const auto comma = text.find(',');
  if (comma == std::string::npos) return invalid(fmt::format("window '{}' is not START,END", text));
  const auto begin = parse_instant(text.substr(0, comma)), end = parse_instant(text.substr(comma + 1));
  if (!begin) return tl::unexpected(begin.error());
  if (!end) return tl::unexpected(end.error());
  if (*begin >= *end) return invalid(fmt::format("window '{}' ends before it begins", text));
  return Window{*begin, *end};
}

Result<std::shared_ptr<const World>> load_world(Scenario scenario, const std::vector<std::filesystem::path>& traces,
                                                std::optional<Window> window, View view) {
  if (!traces.empty()) scenario.window.reset();
  const auto fleet = read_fleet(traces.empty() ? scenario.traces : traces);
  if (!fleet) return tl::unexpected(fleet.error());
  return make_world(*fleet, scenario, view, window);
}

Result<std::shared_ptr<const GlobalModel>> train_on(const std::vector<std::filesystem::path>& traces,
                                                    TrainOptions options) {
  const auto fleet = read_fleet(traces);
  if (!fleet) return tl::unexpected(fleet.error());
  options.step = fleet->step;
  options.progress = [](double share, std::string_view what) {
    show_progress(fmt::format("training the model: {}", what), share);
    return true;
  };
  auto model = train(training_source(*fleet), options);
  end_progress();
  return model;
}

Result<std::shared_ptr<const GlobalModel>> load_model(const std::optional<std::filesystem::path>& given) {
  if (given) return GlobalModel::load(*given);
  const auto file = shipped("models/ple.model");
  if (std::filesystem::exists(file)) return GlobalModel::load(file);
  return fail(ErrorCode::kNotFound, "no shipped model found; give --model FILE, or --train DIR to train one");
}

void show_progress(const std::string& label, double share) {
  if (!isatty(STDERR_FILENO)) return;
  winsize window{};
  std::size_t columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 0 ? window.ws_col : 80;
  // A line that wraps could not be taken back.
  fmt::print(stderr, "\r\033[K{}", fmt::format("{:>3.0f} %  {}", share * 100, label).substr(0, columns - 1));
}

void end_progress() {
  if (isatty(STDERR_FILENO)) fmt::print(stderr, "\r\033[K");
}

}  // namespace headroom::cli
