#include "file_text.h"

#include <fmt/format.h>
#include <zstd.h>

#include <fstream>
#include <memory>

namespace headroom::challenge {
namespace {

constexpr std::size_t kMostBytes = std::size_t{2} << 30;
constexpr std::string_view kFrame = "\x28\xb5\x2f\xfd";

Result<std::string> unpacked(const std::filesystem::path& path, const std::string& packed) {
  const std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> context(ZSTD_createDCtx(), &ZSTD_freeDCtx);
  if (context == nullptr) return fail(ErrorCode::kFailed, "not enough memory to unpack");
  std::string text, part(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  std::size_t left = 1;
  while (in.pos < in.size || left != 0) {
    ZSTD_outBuffer out{part.data(), part.size(), 0};
    const std::size_t before = in.pos;
    left = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(left) || (out.pos == 0 && in.pos == before && left != 0))
      return invalid(fmt::format("{}: the zstd file is damaged or cut short; fetch it again", path.string()));
    text.append(part, 0, out.pos);
    if (text.size() > kMostBytes) return invalid(fmt::format("{}: unpacks to more than 2 GiB; no model is so large", path.string()));
  }
  return text;
}

}  // namespace

Result<std::string> file_text(const std::filesystem::path& path) {
  std::error_code ec;
  if (!std::filesystem::exists(path, ec)) return fail(ErrorCode::kNotFound, fmt::format("{}: no such file", path.string()));
  if (std::filesystem::is_directory(path, ec)) return invalid(fmt::format("{}: is a directory; name a file", path.string()));
  std::ifstream in(path, std::ios::binary);
  std::string text;
  for (std::string part(1 << 16, '\0'); in && text.size() <= kMostBytes;) {
    in.read(part.data(), static_cast<std::streamsize>(part.size()));
    text.append(part, 0, static_cast<std::size_t>(in.gcount()));
  }
  if (!in.eof() && text.size() <= kMostBytes) return fail(ErrorCode::kFailed, fmt::format("{}: cannot be read", path.string()));
  if (text.size() > kMostBytes) return invalid(fmt::format("{}: is larger than 2 GiB; no model is", path.string()));
  if (text.empty()) return invalid(fmt::format("{}: is empty; give the whole file", path.string()));
  return std::string_view(text).starts_with(kFrame) ? unpacked(path, text) : Result<std::string>(std::move(text));
}

}  // namespace headroom::challenge
