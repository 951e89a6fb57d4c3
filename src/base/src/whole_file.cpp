#include "headroom/base/whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "headroom/base/descriptor.h"

namespace headroom {
namespace {

// A name that was changed is on the disk when its folder is.
bool sync_folder(const std::filesystem::path& folder) {
  const Descriptor opened(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return opened && fsync(opened.get()) == 0;
}

// A draft is always a new file: one that a killed process of our number left may be anybody's to read.
std::FILE* open_to_write(const std::filesystem::path& path, bool as_it_is, mode_t mode) {
  if (!as_it_is) ::unlink(path.c_str());
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | (as_it_is ? O_TRUNC : O_CREAT | O_EXCL), mode);
  return fd < 0 ? nullptr : fdopen(fd, "w");
}

}  // namespace

Result<WholeFile> WholeFile::open(const std::filesystem::path& path, mode_t mode) {
  std::error_code ec;
  const auto status = std::filesystem::status(path, ec);
  if (std::filesystem::is_directory(status))
    return invalid(fmt::format("{}: is a directory; name a file to write", path.string()));
  const bool as_it_is = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
  std::filesystem::path place = std::filesystem::weakly_canonical(path, ec);
  if (ec || as_it_is) place = path;
  const std::filesystem::path draft = as_it_is ? place : std::filesystem::path(place.string() + fmt::format(".{}.tmp", getpid()));
  Stream file(open_to_write(draft, as_it_is, mode), &std::fclose);
  if (file == nullptr)
    return fail(ErrorCode::kFailed, fmt::format("{}: cannot be written: {}", path.string(), std::strerror(errno)));
  return WholeFile(place, draft, std::move(file));
}

WholeFile::~WholeFile() {
  if (file_ == nullptr || draft_ == path_) return;
  std::error_code ignored;
  std::filesystem::remove(draft_, ignored);
}

Result<void> WholeFile::commit() {
  std::FILE* const file = file_.release();
  const bool in_place = draft_ == path_;
  bool written = std::ferror(file) == 0 && std::fflush(file) == 0;
  if (!in_place) written = fsync(fileno(file)) == 0 && written;
  written = std::fclose(file) == 0 && written;
  std::error_code ec;
  if (!in_place && written) std::filesystem::rename(draft_, path_, ec);
  if (written && !ec && (in_place || sync_folder(path_.parent_path()))) return {};
  if (!in_place) std::filesystem::remove(draft_, ec);
  return fail(ErrorCode::kFailed, fmt::format("{}: cannot be written; is the disk full?", path_.string()));
}

Result<void> write_whole(const std::filesystem::path& path, std::string_view text, mode_t mode) {
  auto file = WholeFile::open(path, mode);
  if (!file) return tl::unexpected(file.error());
  file->write(text);
  return file->commit();
}

}  // namespace headroom
