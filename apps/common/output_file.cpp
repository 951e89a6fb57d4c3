#include "output_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace headroom::cli {

Result<OutputFile> OutputFile::open(const std::filesystem::path& path) {
  std::error_code ec;
  const auto status = std::filesystem::status(path, ec);
  if (std::filesystem::is_directory(status))
    return invalid(fmt::format("{}: is a directory; name a file to write", path.string()));
  const bool as_it_is = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
  // A link stays a link: the file it leads to is replaced.
  std::filesystem::path place = std::filesystem::weakly_canonical(path, ec);
  if (ec || as_it_is) place = path;
  const std::filesystem::path draft = as_it_is ? place : std::filesystem::path(place.string() + fmt::format(".{}.tmp", getpid()));
  Stream file(std::fopen(draft.c_str(), "w"), &std::fclose);
  if (file == nullptr)
    return fail(ErrorCode::kFailed, fmt::format("{}: cannot be written: {}", path.string(), std::strerror(errno)));
  return OutputFile(place, draft, std::move(file));
}

OutputFile::~OutputFile() {
  if (file_ == nullptr || draft_ == path_) return;
  std::error_code ignored;
  std::filesystem::remove(draft_, ignored);
}

Result<void> OutputFile::commit() {
  std::FILE* const file = file_.release();
  bool written = std::ferror(file) == 0 && std::fflush(file) == 0;
  if (draft_ != path_) written = fsync(fileno(file)) == 0 && written;
  written = std::fclose(file) == 0 && written;
  std::error_code ec;
  if (draft_ != path_ && written) std::filesystem::rename(draft_, path_, ec);
  if (written && !ec) return {};
  if (draft_ != path_) std::filesystem::remove(draft_, ec);
  return fail(ErrorCode::kFailed, fmt::format("{}: cannot be written; is the disk full?", path_.string()));
}

}  // namespace headroom::cli
