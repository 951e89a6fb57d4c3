// The model file: "HRPLE" and version, the unpacked size, a checksum of the unpacked bytes (FNV-1a 64), then one zstd
// frame. Numbers are little-endian, as on every machine we build for.
#include <fmt/core.h>
#include <zstd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <type_traits>

#include "headroom/base/whole_file.h"
#include "model_parts.h"

namespace headroom {
namespace {

constexpr std::array<char, 8> kMagic{'H', 'R', 'P', 'L', 'E', 'M', 0, 3};  // the last byte is the version
constexpr std::uint64_t kLargestUnpacked = 256U << 20;
constexpr std::size_t kMostHeads = 128, kMostTrees = 4096, kMostHorizons = 64, kMostLayers = 16, kMostUnits = 4096;

struct FileHeader {
  std::array<char, 8> magic;
  std::uint64_t unpacked;
  std::uint64_t checksum;
};

std::uint64_t checksum_of(std::span<const char> bytes) {
  std::uint64_t hash = 1469598103934665603ULL;
  for (char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

class Packer {
 public:
  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto* raw = reinterpret_cast<const char*>(&value);
    bytes_.insert(bytes_.end(), raw, raw + sizeof(T));
  }
  const std::vector<char>& bytes() const { return bytes_; }

 private:
  std::vector<char> bytes_;
};

// Reads what Packer wrote; once it has run dry or met nonsense it is bad and gives zeros.
class Unpacker {
 public:
  explicit Unpacker(std::span<const char> bytes) : bytes_(bytes) {}
  template <class T>
  T get() {
    T value{};
    get_into(value);
    return value;
  }
  template <class T>
  void get_into(T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (bytes_.size() < sizeof(T)) good_ = false;
    if (!good_) return;
    std::memcpy(&value, bytes_.data(), sizeof(T));
    bytes_ = bytes_.subspan(sizeof(T));
  }
  std::size_t count(std::size_t most) {
    const auto n = get<std::uint64_t>();
    if (n > most) good_ = false;
    return good_ ? n : 0;
  }
  void require(bool sane) { good_ = good_ && sane; }
  bool good() const { return good_; }
  bool finished() const { return good_ && bytes_.empty(); }

 private:
  std::span<const char> bytes_;
  bool good_ = true;
};

void pack_info(const ModelInfo& info, Packer& out) {
  out.put(static_cast<std::int64_t>(info.step.count()));
  out.put(static_cast<std::uint64_t>(info.horizon_steps.size()));
  for (int steps : info.horizon_steps) out.put(static_cast<std::int32_t>(steps));
  out.put(static_cast<std::int64_t>(info.trained_from.time_since_epoch().count()));
  out.put(static_cast<std::int64_t>(info.trained_to.time_since_epoch().count()));
  out.put(info.seed), out.put(info.vms), out.put(info.rows);
  out.put(static_cast<std::uint64_t>(info.scores.size()));
  for (const HeadScore& s : info.scores) {
    out.put(static_cast<std::int32_t>(s.horizon_steps)), out.put(static_cast<std::int32_t>(s.peak));
    out.put(s.loss_ratio), out.put(s.below_q90), out.put(s.below_q95), out.put(s.below_q99);
  }
}

ModelInfo unpack_info(Unpacker& in) {
  ModelInfo info;
  info.step = Duration(in.get<std::int64_t>());
  in.require(info.step > Duration::zero());
  info.horizon_steps.resize(in.count(kMostHorizons));
  in.require(!info.horizon_steps.empty());
  int previous = 0;
  for (int& steps : info.horizon_steps) {
    steps = in.get<std::int32_t>();
    in.require(steps > previous && steps <= kStepsPerWeek);
    previous = steps;
  }
  info.trained_from = Instant(Duration(in.get<std::int64_t>()));
  info.trained_to = Instant(Duration(in.get<std::int64_t>()));
  info.seed = in.get<std::uint64_t>(), info.vms = in.get<std::uint64_t>(), info.rows = in.get<std::uint64_t>();
  info.scores.resize(in.count(kMostHeads));
  for (HeadScore& s : info.scores) {
    s.horizon_steps = in.get<std::int32_t>(), s.peak = in.get<std::int32_t>() != 0;
    in.get_into(s.loss_ratio), in.get_into(s.below_q90), in.get_into(s.below_q95), in.get_into(s.below_q99);
  }
  return info;
}

void pack_net(const ModelParts& parts, Packer& out) {
  out.put(static_cast<std::uint64_t>(parts.net.layers.size()));
  if (parts.net.empty()) return;
  for (float share : parts.net_share) out.put(share);
  out.put(parts.net.inputs.plain);
  for (const NetLayer& layer : parts.net.layers) {
    out.put(static_cast<std::uint64_t>(layer.outputs));
    for (float w : layer.weights) out.put(w);
    for (float b : layer.bias) out.put(b);
  }
}

void pack(const ModelParts& parts, Packer& out) {
  out.put(feature_hash());
  pack_info(parts.info, out);
  for (const auto& cuts : parts.bins.cuts()) out.put(cuts);
  out.put(static_cast<std::uint64_t>(parts.heads.size()));
  for (const Ensemble& head : parts.heads) {
    out.put(head.base), out.put(head.unit);
    out.put(static_cast<std::uint64_t>(head.shapes.size()));
    for (const TreeShape& shape : head.shapes) out.put(shape.column), out.put(shape.threshold);
    for (const LeafTable& table : head.leaves) out.put(table);
  }
  pack_net(parts, out);
}

void unpack_net(ModelParts& parts, Unpacker& in) {
  parts.net.layers.resize(in.count(kMostLayers));
  if (parts.net.empty()) return;
  parts.net_share.resize(parts.heads.size());
  for (float& share : parts.net_share) {
    in.get_into(share);
    in.require(share >= 0 && share <= 1);
  }
  in.get_into(parts.net.inputs.plain);
  std::size_t inputs = NetInputs::kCount;
  for (NetLayer& layer : parts.net.layers) {
    layer.inputs = inputs, layer.outputs = in.count(kMostUnits);
    in.require(layer.outputs > 0 && layer.outputs % kInputsAtATime == 0);
    layer.weights.resize(in.good() ? layer.inputs * layer.outputs : 0), layer.bias.resize(in.good() ? layer.outputs : 0);
    for (float& w : layer.weights) in.get_into(w);
    for (float& b : layer.bias) in.get_into(b);
    inputs = layer.outputs;
  }
  in.require(inputs == parts.heads.size() * kLevelCount);
}

ModelParts unpack_after_hash(Unpacker& in) {
  ModelParts parts;
  parts.info = unpack_info(in);
  for (auto& cuts : parts.bins.cuts()) in.get_into(cuts);
  parts.heads.resize(in.count(kMostHeads));
  const std::size_t horizons = parts.info.horizon_steps.size();
  in.require(in.good() && parts.heads.size() == 2 * horizons - (parts.info.horizon_steps.front() == 1 ? 1 : 0));
  in.require(parts.info.scores.size() == parts.heads.size());
  for (Ensemble& head : parts.heads) {
    in.get_into(head.base), in.get_into(head.unit);
    const std::size_t trees = in.count(kMostTrees);
    head.shapes.resize(trees), head.leaves.resize(trees);
    for (TreeShape& shape : head.shapes) {
      in.get_into(shape.column), in.get_into(shape.threshold);
      for (std::uint16_t column : shape.column) in.require(column < 2 * kFeatureCount);
    }
    for (LeafTable& table : head.leaves) in.get_into(table);
  }
  unpack_net(parts, in);
  return parts;
}

Result<std::vector<char>> read_whole(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(ErrorCode::kNotFound, fmt::format("{}: cannot open the model file", file.string()));
  std::vector<char> bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  return bytes;
}

Result<std::vector<char>> unpacked(const std::filesystem::path& file, std::span<const char> bytes) {
  const auto bad = [&](const char* why) { return invalid(fmt::format("{}: {}", file.string(), why)); };
  FileHeader header;
  if (bytes.size() < sizeof(header)) return bad("not a model file (too short)");
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (!std::equal(kMagic.begin(), kMagic.end() - 1, header.magic.begin())) return bad("not a model file");
  if (header.magic.back() != kMagic.back())
    return bad("the model file is of another version; train it again with this program");
  if (header.unpacked > kLargestUnpacked) return bad("the model file is damaged (impossible size)");
  std::vector<char> payload(header.unpacked);
  const auto packed = bytes.subspan(sizeof(header));
  const std::size_t n = ZSTD_decompress(payload.data(), payload.size(), packed.data(), packed.size());
  if (ZSTD_isError(n) != 0 || n != payload.size()) return bad("the model file is damaged or cut short");
  if (checksum_of(payload) != header.checksum) return bad("the model file is damaged (checksum differs)");
  return payload;
}

}  // namespace

Result<std::shared_ptr<const GlobalModel>> GlobalModel::load(const std::filesystem::path& file) {
  auto bytes = read_whole(file);
  if (!bytes) return tl::unexpected(bytes.error());
  auto payload = unpacked(file, *bytes);
  if (!payload) return tl::unexpected(payload.error());
  Unpacker in(*payload);
  if (in.get<std::uint64_t>() != feature_hash())
    return invalid(fmt::format("{}: the model was grown on other features; train it again with this program",
                               file.string()));
  ModelParts parts = unpack_after_hash(in);
  if (!in.finished()) return invalid(fmt::format("{}: the model file is damaged", file.string()));
  return std::make_shared<const GlobalModel>(std::move(parts));
}

Result<void> GlobalModel::save(const std::filesystem::path& file) const {
  Packer payload;
  pack(*parts_, payload);
  const auto& raw = payload.bytes();
  std::vector<char> body(ZSTD_compressBound(raw.size()));
  const std::size_t n = ZSTD_compress(body.data(), body.size(), raw.data(), raw.size(), 19);
  if (ZSTD_isError(n) != 0) return fail(ErrorCode::kFailed, "the model could not be compressed");
  body.resize(n);
  const FileHeader header{kMagic, raw.size(), checksum_of(raw)};
  auto out = WholeFile::open(file);
  if (!out) return fail(ErrorCode::kFailed, fmt::format("{}: cannot write the model file", file.string()));
  out->write({reinterpret_cast<const char*>(&header), sizeof(header)});
  out->write({body.data(), body.size()});
  return out->commit().map_error([&](const Error&) { return Error{ErrorCode::kFailed, fmt::format("{}: cannot write the model file", file.string())}; });
}

}  // namespace headroom
