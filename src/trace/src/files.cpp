#include "files.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "fields.h"

namespace headroom::trace {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxFile = std::size_t{1} << 30;
constexpr std::size_t kMaxFiles = 100'000;

std::string without_ending(std::string id) {
  for (std::string_view ending : {".gz", ".csv"})
    if (id.size() > ending.size() && id.ends_with(ending)) id.resize(id.size() - ending.size());
  return id;
}

bool looks_like_a_trace(const fs::path& file) {
  const std::string name = file.filename().string();
  if (name.starts_with('.') || name == "meta.csv") return false;
  return name.ends_with(".csv") || name.ends_with(".csv.gz");
}

Result<std::vector<SourceFile>> walk(const fs::path& top) {
  std::vector<SourceFile> found;
  std::error_code ec;
  auto entry = fs::recursive_directory_iterator(top, ec);
  for (; !ec && entry != fs::recursive_directory_iterator(); entry.increment(ec)) {
    if (!looks_like_a_trace(entry->path())) continue;
    std::error_code status_ec;
    const fs::file_status status = entry->status(status_ec);
    if (fs::is_directory(status)) continue;
    if (!fs::is_regular_file(status))
      return invalid(fmt::format("{}: is neither a file nor a directory, or leads nowhere; remove it",
                                 entry->path().string()));
    if (found.size() == kMaxFiles)
      return invalid(fmt::format("{}: holds more than {} files; give fewer", top.string(), kMaxFiles));
    found.push_back({entry->path(), without_ending(entry->path().lexically_relative(top).generic_string())});
  }
  if (ec) return invalid(fmt::format("{}: cannot be listed: {}", top.string(), ec.message()));
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return found;
}

struct InflateEnd {
  void operator()(z_stream* z) const { inflateEnd(z); }
};

Result<std::string> unpack(const fs::path& path, const std::string& packed) {
  z_stream z{};
  constexpr int kGzipHeader = 16 + MAX_WBITS;
  if (inflateInit2(&z, kGzipHeader) != Z_OK) return fail(ErrorCode::kFailed, "zlib could not start");
  const std::unique_ptr<z_stream, InflateEnd> end(&z);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  z.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  std::size_t used = 0;
  while (true) {
    if (used == text.size()) {
      if (used >= kMaxFile)
        return invalid(fmt::format("{}: unpacks to more than 1 GiB; split it", path.string()));
      text.resize(grown_buffer(used, packed.size(), kMaxFile));
    }
    z.next_out = reinterpret_cast<Bytef*>(text.data() + used);
    z.avail_out = static_cast<uInt>(text.size() - used);
    const int code = inflate(&z, Z_NO_FLUSH);
    used = text.size() - z.avail_out;
    if (code == Z_STREAM_END && z.avail_in == 0) break;
    // A gzip file may be several members one after the other (cat a.gz b.gz).
    if (code == Z_STREAM_END && inflateReset(&z) == Z_OK) continue;
    if (code == Z_BUF_ERROR && z.avail_in == 0)
      return invalid(fmt::format("{}: the gzip file is cut short; fetch it again", path.string()));
    if (code != Z_OK && code != Z_BUF_ERROR)
      return invalid(fmt::format("{}: the gzip file is damaged ({}); fetch it again", path.string(),
                                 z.msg != nullptr ? z.msg : "unknown reason"));
  }
  text.resize(used);
  return text;
}

Result<std::string> read_bytes(const fs::path& path) {
  std::error_code ec;
  const std::uintmax_t size = fs::file_size(path, ec);
  if (ec) return invalid(fmt::format("{}: cannot be read: {}", path.string(), ec.message()));
  if (size > kMaxFile) return invalid(fmt::format("{}: is over 1 GiB; split it", path.string()));
  std::ifstream in(path, std::ios::binary);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  if (!in || !in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
    return invalid(fmt::format("{}: cannot be read; check its permissions", path.string()));
  return bytes;
}

}  // namespace

Result<std::vector<SourceFile>> find_files(const std::vector<fs::path>& paths) {
  std::vector<SourceFile> all;
  if (paths.empty()) return invalid("no trace was given; name files or directories");
  for (const fs::path& path : paths) {
    std::error_code ec;
    const fs::file_status status = fs::status(path, ec);
    if (status.type() == fs::file_type::not_found)
      return fail(ErrorCode::kNotFound, fmt::format("{}: no such file or directory", path.string()));
    if (fs::is_regular_file(status)) {
      all.push_back({path, without_ending(path.filename().string())});
    } else if (fs::is_directory(status)) {
      auto found = walk(path);
      if (!found) return tl::unexpected(found.error());
      if (found->empty())
        return invalid(
            fmt::format("{}: holds no trace; .csv and .csv.gz files are looked for", path.string()));
      std::move(found->begin(), found->end(), std::back_inserter(all));
    } else {
      return invalid(fmt::format("{}: is neither a file nor a directory{}", path.string(),
                                 ec ? ": " + ec.message() : std::string()));
    }
  }
  for (const SourceFile& file : all)
    if (const std::string name = file.path.string(); has_control_characters(name))
      return invalid(fmt::format("{}: the name has control characters; rename the file", shown(name, name.size())));
  return all;
}

// Text packs to a fifth or less; a large gzip may hold more than the bound already by that reckoning.
std::size_t grown_buffer(std::size_t used, std::size_t packed, std::size_t most) {
  return std::min(std::max(used * 2, packed * 5 + 4096), most);
}

Result<std::string> read_text(const fs::path& path) {
  auto text = read_bytes(path);
  if (text && text->starts_with("\x1f\x8b")) text = unpack(path, *text);
  if (!text) return text;
  if (text->empty()) return invalid(fmt::format("{}: is empty; remove it or fetch it again", path.string()));
  if (text->find('\0') != std::string::npos)
    return invalid(fmt::format("{}: is binary, not a table of text; give .csv or .csv.gz", path.string()));
  return text;
}

}  // namespace headroom::trace
