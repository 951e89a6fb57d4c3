#include "net_training.h"

#include <cblas.h>

#include <algorithm>
#include <numbers>
#include <random>

#include "held_out.h"
#include "splitmix.h"

namespace headroom {
namespace {

using Matrix = std::vector<float>;  // row-major

float slope_of_squareplus(float x) { return 0.5F * (1 + x / std::sqrt(x * x + 1)); }

// Loshchilov and Hutter (2019), "Decoupled weight decay regularization".
class AdamW {
 public:
  explicit AdamW(std::size_t n) : mean_(n), square_(n) {}

  void step(std::vector<float>& weights, const std::vector<float>& gradient, double rate, double decay, int steps) {
    const auto unbiased = static_cast<float>(std::sqrt(1 - std::pow(kKeepSquare, steps)) / (1 - std::pow(kKeepMean, steps)));
    const float r = static_cast<float>(rate) * unbiased, keep = 1 - static_cast<float>(rate * decay);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      mean_[i] += (1 - kKeepMean) * (gradient[i] - mean_[i]);
      square_[i] += (1 - kKeepSquare) * (gradient[i] * gradient[i] - square_[i]);
      weights[i] = keep * weights[i] - r * mean_[i] / (std::sqrt(square_[i]) + 1e-8F);
    }
  }

 private:
  static constexpr float kKeepMean = 0.9F, kKeepSquare = 0.999F;
  std::vector<float> mean_, square_;
};

// Srivastava et al. (2014), "Dropout": what is kept is scaled up, so that nothing changes in the mean. A mask is a factor a value.
class Dropout {
 public:
  explicit Dropout(std::uint64_t seed) : state_(seed) {}

  void draw(double share, std::span<float> mask) {
    const auto below = static_cast<std::uint32_t>(share * 65536);
    const float kept = 65536.0F / static_cast<float>(65536 - below);
    for (std::size_t i = 0; i < mask.size();) {
      std::uint64_t bits = splitmix64(state_);
      state_ += kSplitmixStep;
      for (int k = 0; k < 4 && i < mask.size(); ++k, bits >>= 16) mask[i++] = (bits & 0xffff) < below ? 0 : kept;
    }
  }

 private:
  std::uint64_t state_;
};

class NetTrainer {
 public:
  NetTrainer(const TrainingRows& rows, std::size_t heads, const NetOptions& options)
      : rows_(rows), heads_(heads), options_(options), random_(options.seed), dropout_(options.seed) {
    for (std::size_t i = 0; i < rows.count; ++i)
      if (rows.use[i] == RowUse::kGrow) order_.push_back(static_cast<std::uint32_t>(i));
    set_up_layers();
    set_up_heads();
  }

  Result<Net> run(const std::function<bool()>& go_on) {
    for (int epoch = 0; epoch < options_.epochs; ++epoch) {
      if (!go_on()) return fail(ErrorCode::kFailed, "training was cancelled");
      std::shuffle(order_.begin(), order_.end(), random_);
      for (std::size_t first = 0; first < order_.size(); first += options_.batch)
        learn(std::span(order_).subspan(first, std::min(options_.batch, order_.size() - first)));
    }
    return std::move(net_);
  }

 private:
  void set_up_layers();
  void set_up_heads();
  void learn(std::span<const std::uint32_t> batch);
  void forward(std::size_t rows);
  void loss_slopes(std::span<const std::uint32_t> batch);
  void backward(std::size_t rows);
  double rate() const;

  const TrainingRows& rows_;
  std::size_t heads_;
  const NetOptions& options_;
  std::mt19937_64 random_;
  Dropout dropout_;
  std::vector<std::uint32_t> order_;
  std::vector<float> weight_of_head_;
  Net net_;
  std::vector<AdamW> of_weights_, of_bias_;
  int steps_ = 0;
  std::vector<Matrix> in_, mask_, sum_;  // of each layer: what comes in, what was dropped of it, and what it sums up to
  Matrix slopes_, slopes_in_, weight_gradient_, bias_gradient_;
};

void NetTrainer::set_up_layers() {
  net_.inputs = NetInputs::from_rows(rows_.features);
  std::size_t inputs = NetInputs::kCount;
  for (int i = 0; i <= options_.hidden_layers; ++i) {
    const bool last = i == options_.hidden_layers;
    NetLayer layer{inputs, last ? heads_ * kLevelCount : options_.width, {}, {}};
    std::normal_distribution<float> noise(0, std::sqrt((last ? 0.1F : 2.0F) / static_cast<float>(inputs)));
    layer.weights.resize(layer.inputs * layer.outputs);
    for (float& w : layer.weights) w = noise(random_);
    layer.bias.resize(layer.outputs);
    of_weights_.emplace_back(layer.weights.size());
    of_bias_.emplace_back(layer.bias.size());
    in_.emplace_back(options_.batch * layer.inputs);
    mask_.emplace_back(options_.batch * layer.inputs);
    sum_.emplace_back(options_.batch * layer.outputs);
    inputs = layer.outputs;
    net_.layers.push_back(std::move(layer));
  }
}

// Each head weighs as much as the others: in units of what its unconditional quantiles lose.
void NetTrainer::set_up_heads() {
  std::vector<float> z;
  for (std::size_t head = 0; head < heads_; ++head) {
    z.clear();
    for (std::uint32_t row : order_)
      if (const float y = rows_.targets[row * heads_ + head]; !std::isnan(y)) z.push_back(y);
    std::sort(z.begin(), z.end());
    double loss = 0;
    for (double p : kLevels) {
      const float q = z.empty() ? 0 : z[static_cast<std::size_t>(p * static_cast<double>(z.size() - 1))];
      for (float y : z) loss += pinball(p, y - q);
    }
    weight_of_head_.push_back(loss > 0 ? static_cast<float>(static_cast<double>(z.size()) / loss) : 0);
  }
}

// Down along half a cosine, after a short way up.
double NetTrainer::rate() const {
  const double all = options_.epochs * std::ceil(static_cast<double>(order_.size()) / static_cast<double>(options_.batch));
  const double warm = std::min(1.0, steps_ / std::min(300.0, all / 10));
  return options_.learning_rate * warm * 0.5 * (1 + std::cos(std::numbers::pi * steps_ / all));
}

void NetTrainer::learn(std::span<const std::uint32_t> batch) {
  for (std::size_t i = 0; i < batch.size(); ++i)
    net_.inputs.encode(&rows_.features[batch[i] * kFeatureCount], &in_[0][i * NetInputs::kCount], 1);
  forward(batch.size());
  loss_slopes(batch);
  ++steps_;
  backward(batch.size());
}

void NetTrainer::forward(std::size_t rows) {
  for (std::size_t i = 0; i < net_.layers.size(); ++i) {
    const NetLayer& layer = net_.layers[i];
    const auto mask = std::span(mask_[i]).first(rows * layer.inputs);
    dropout_.draw(i == 0 ? options_.input_dropout : options_.dropout, mask);
    for (std::size_t k = 0; k < mask.size(); ++k) in_[i][k] *= mask[k];
    for (std::size_t r = 0; r < rows; ++r) std::copy(layer.bias.begin(), layer.bias.end(), &sum_[i][r * layer.outputs]);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<int>(rows), static_cast<int>(layer.outputs),
                static_cast<int>(layer.inputs), 1, in_[i].data(), static_cast<int>(layer.inputs), layer.weights.data(),
                static_cast<int>(layer.inputs), 1, sum_[i].data(), static_cast<int>(layer.outputs));
    if (i + 1 == net_.layers.size()) break;
    for (std::size_t k = 0; k < rows * layer.outputs; ++k) in_[i + 1][k] = squareplus(sum_[i][k]);
  }
}

// What the loss does as each output grows. Every level beyond the median stands on the steps before it.
void NetTrainer::loss_slopes(std::span<const std::uint32_t> batch) {
  slopes_.assign(batch.size() * heads_ * kLevelCount, 0);
  const auto share = 1 / static_cast<float>(batch.size() * heads_);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    for (std::size_t head = 0; head < heads_; ++head) {
      const float y = rows_.targets[batch[i] * heads_ + head];
      if (std::isnan(y)) continue;
      const std::size_t at = (i * heads_ + head) * kLevelCount;
      const float* outputs = &sum_.back()[at];
      const auto q = net_quantiles(outputs, 1);
      std::array<float, kLevelCount> g;
      for (std::size_t l = 0; l < kLevelCount; ++l)
        g[l] = share * weight_of_head_[head] * static_cast<float>(q[l] >= y ? 1 - kLevels[l] : -kLevels[l]);
      float all = 0;
      for (std::size_t l = kLevelCount; l-- > kMedian + 1;) {
        all += g[l];
        slopes_[at + l] = all * slope_of_squareplus(outputs[l]);
      }
      float below = 0;
      for (std::size_t l = 0; l < kMedian; ++l) {
        below += g[l];
        slopes_[at + l] = -below * slope_of_squareplus(outputs[l]);
      }
      slopes_[at + kMedian] = all + below + g[kMedian];
    }
  }
}

void NetTrainer::backward(std::size_t rows) {
  for (std::size_t i = net_.layers.size(); i-- > 0;) {
    NetLayer& layer = net_.layers[i];
    const int n = static_cast<int>(rows), ins = static_cast<int>(layer.inputs), outs = static_cast<int>(layer.outputs);
    weight_gradient_.resize(layer.weights.size());
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, outs, ins, n, 1, slopes_.data(), outs, in_[i].data(), ins, 0,
                weight_gradient_.data(), ins);
    bias_gradient_.assign(layer.outputs, 0);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t o = 0; o < layer.outputs; ++o) bias_gradient_[o] += slopes_[r * layer.outputs + o];
    if (i > 0) {
      slopes_in_.resize(rows * layer.inputs);
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, ins, outs, 1, slopes_.data(), outs, layer.weights.data(),
                  ins, 0, slopes_in_.data(), ins);
      for (std::size_t k = 0; k < rows * layer.inputs; ++k) slopes_in_[k] *= mask_[i][k] * slope_of_squareplus(sum_[i - 1][k]);
    }
    of_weights_[i].step(layer.weights, weight_gradient_, rate(), options_.decay, steps_);
    of_bias_[i].step(layer.bias, bias_gradient_, rate(), 0, steps_);
    slopes_.swap(slopes_in_);
  }
}

}  // namespace

Result<Net> train_net(const TrainingRows& rows, std::size_t heads, const NetOptions& options,
                      const std::function<bool()>& go_on) {
  return NetTrainer(rows, heads, options).run(go_on);
}

}  // namespace headroom
