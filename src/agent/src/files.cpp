#include "files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace headroom::agent {
namespace {

tl::unexpected<Error> no_file(const std::string& path, const char* what) {
  const int error = errno;
  return fail(error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kFailed, path + " cannot be " + what + ": " + std::strerror(error));
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool sync_folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const Descriptor folder(open(slash == std::string::npos ? "." : path.substr(0, slash + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder && fsync(folder.get()) == 0;
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t most_bytes) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return no_file(path, "opened");
  std::string content(most_bytes + 1, '\0');
  std::size_t got = 0;
  while (got < content.size()) {
    const ssize_t n = read(file.get(), content.data() + got, content.size() - got);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return no_file(path, "read");
    if (n == 0) break;
    got += static_cast<std::size_t>(n);
  }
  if (got > most_bytes) return invalid(path + " is larger than " + std::to_string(most_bytes) + " bytes");
  content.resize(got);
  return content;
}

Result<void> replace_file(const std::string& path, std::string_view content, mode_t mode) {
  const std::string beside = path + ".new";
  {
    const Descriptor file(open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode));
    if (!file) return no_file(beside, "written");
    if (fchmod(file.get(), mode) != 0 || !write_all(file.get(), content) || fsync(file.get()) != 0) return no_file(beside, "written");
  }
  if (rename(beside.c_str(), path.c_str()) != 0 || !sync_folder_of(path)) return no_file(path, "replaced");
  return {};
}

Result<void> write_value(const std::string& path, std::string_view value) {
  const Descriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!file || write(file.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size())) return no_file(path, "written");
  return {};
}

}  // namespace headroom::agent
