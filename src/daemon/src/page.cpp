#include <fmt/format.h>

#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include "headroom/daemon/api.h"

namespace headroom {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestFile = 16 << 20;

std::string type_of(const fs::path& file) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTypes{{
      {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"}, {".mjs", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"}, {".svg", "image/svg+xml"}, {".png", "image/png"}, {".ico", "image/x-icon"},
      {".json", "application/json; charset=utf-8"}, {".woff2", "font/woff2"}, {".map", "application/json"},
      {".txt", "text/plain; charset=utf-8"}, {".webmanifest", "application/manifest+json"}}};
  for (const auto& [ending, type] : kTypes)
    if (file.extension() == ending) return std::string(type);
  return "application/octet-stream";
}

bool lies_below(const fs::path& file, const fs::path& directory) {
  const auto [end, ignored] = std::mismatch(directory.begin(), directory.end(), file.begin(), file.end());
  return end == directory.end();
}

Answer not_built() {
  Answer answer;
  answer.type = "text/plain; charset=utf-8";
  answer.body = "The page is not built: run scripts/page.sh, or give --page DIR; the API is at /api/v1/status.\n";
  return answer;
}

}  // namespace

Answer page_file(const fs::path& directory, const std::string& path) {
  const Answer missing = refusal(404, "not_found", "there is no such page");
  std::error_code error;
  const fs::path root = fs::canonical(directory, error);
  const bool asks_root = path == "/" || path == "/index.html";
  if (error || !fs::is_regular_file(root / "index.html", error)) return asks_root ? not_built() : missing;
  if (!path.starts_with('/') || path.find('\0') != std::string::npos) return missing;
  const fs::path file = fs::canonical(root / (asks_root ? "index.html" : path.substr(1)), error);
  if (error || !lies_below(file, root) || !fs::is_regular_file(file, error)) return missing;
  if (fs::file_size(file, error) > kLargestFile || error) return missing;
  std::ifstream in(file, std::ios::binary);
  Answer answer;
  answer.body.assign(std::istreambuf_iterator<char>(in), {});
  if (in.bad()) return refusal(500, "unreadable", "the page's file cannot be read");
  answer.type = type_of(file);
  // The build names assets by their content.
  if (path.starts_with("/assets/")) answer.cache = "public, max-age=31536000, immutable";
  else answer.cache = "no-cache";
  return answer;
}

}  // namespace headroom
