#include "headroom/forecast/stretched.h"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/base/check.h"

namespace headroom {
namespace {

class Stretched : public Forecaster {
 public:
  Stretched(std::unique_ptr<Forecaster> inner, const Pace& pace) : inner_(std::move(inner)), pace_(pace) {
    for (Duration h : inner_->horizons()) {
      HEADROOM_CHECK(h % pace.times == Duration::zero(), "a horizon is a multiple of the pace");
      horizons_.push_back(h / pace.times);
    }
  }

  const Horizons& horizons() const override { return horizons_; }
  void set_ceiling(VmId vm, const Resources& ceiling) override { inner_->set_ceiling(vm, ceiling); }
  void set_limit(VmId vm, const Resources& limit) override { inner_->set_limit(vm, limit); }

  void observe(const VmSample& sample) override {
    VmSample stretched = sample;
    stretched.sample.at = pace_.stretched(sample.sample.at);
    inner_->observe(stretched);
  }

  void forecast(Instant origin, std::span<const VmId> vms, std::vector<Forecast>& out) override {
    inner_->forecast(pace_.stretched(origin), vms, out);
    for (Forecast& f : out) f.origin = origin;
  }

 private:
  std::unique_ptr<Forecaster> inner_;
  Pace pace_;
  Horizons horizons_;
};

}  // namespace

Result<Pace> Pace::make(Duration step, Duration of_model, const std::optional<Calendar>& calendar) {
  if (step > of_model)
    return invalid(fmt::format("a step of {} is longer than the model's of {}, and what happens within a step cannot be made of it; "
                               "take {} or a whole part of it", to_text(step), to_text(of_model), to_text(of_model)));
  if (step < std::chrono::seconds(1) || of_model % step != Duration::zero())
    return invalid(fmt::format("a step of {} does not go a whole number of times into the model's of {}; take one that does, of 1s at "
                               "least", to_text(step), to_text(of_model)));
  Pace pace{static_cast<int>(of_model / step), calendar.value_or(Calendar{})};
  if (pace.times == 1 && pace.calendar.at != pace.calendar.shows)
    return invalid(fmt::format("a calendar that shows another time is for a step shorter than the model's of {}; leave it out",
                               to_text(of_model)));
  return pace;
}

std::unique_ptr<Forecaster> make_stretched(std::unique_ptr<Forecaster> inner, const Pace& pace) {
  HEADROOM_CHECK(pace.times >= 1, "time does not run backwards");
  if (pace.times == 1 && pace.calendar.at == pace.calendar.shows) return inner;
  return std::make_unique<Stretched>(std::move(inner), pace);
}

Result<PacedEngine> make_paced_engine(std::shared_ptr<const GlobalModel> model, const Horizons& horizons, const Pace& pace) {
  HEADROOM_CHECK(model != nullptr, "the engine needs a model");
  Horizons of_model = horizons;
  for (Duration& h : of_model) h *= pace.times;
  if (of_model.empty()) of_model = model->info().horizons();
  auto engine = PredictiveLoadEngine::make(std::move(model), of_model);
  if (!engine && pace.times > 1)
    return invalid(fmt::format("{} (horizons are {} times as long to the model as to the fleet)", engine.error().message, pace.times));
  if (!engine) return tl::unexpected(engine.error());
  PredictiveLoadEngine* const inside = engine->get();
  return PacedEngine{make_stretched(std::move(*engine), pace), inside};
}

}  // namespace headroom
