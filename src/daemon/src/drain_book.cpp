#include "headroom/daemon/drain_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "headroom/base/whole_file.h"

namespace headroom {
namespace {

using nlohmann::json;

}  // namespace

Result<DrainBook> DrainBook::open(const std::filesystem::path& file) {
  DrainBook book;
  book.file_ = file;
  std::error_code ignored;
  if (file.empty() || !std::filesystem::exists(file, ignored)) return book;
  std::ifstream in(file);
  if (!in) return fail(ErrorCode::kFailed, fmt::format("'{}' cannot be read, which says what hosts are drained", file.string()));
  const json all = json::parse(in, nullptr, false);
  bool good = all.is_object();
  for (auto entry = all.begin(); good && entry != all.end(); ++entry) {
    const auto at = entry->is_string() ? parse_instant(entry->get<std::string>()) : Result<Instant>(invalid(""));
    good = at.has_value();
    if (good) book.hosts_[entry.key()] = *at;
  }
  if (good) return book;
  return invalid(fmt::format("'{}' is damaged, which says what hosts are drained; remove it, and drain them again", file.string()));
}

Result<void> DrainBook::set(const std::string& host, bool drained, const Snapshot& now) {
  const bool there = std::any_of(now.hosts.begin(), now.hosts.end(), [&](const Host& h) { return h.name == host; });
  if (!there && (drained || !hosts_.contains(host)))
    return fail(ErrorCode::kNotFound, fmt::format("no host is called '{}'; headroom get hosts lists them", host));
  if (hosts_.contains(host) == drained) return {};
  std::map<std::string, Instant> next = hosts_;
  if (drained) next[host] = now.taken_at;
  else next.erase(host);
  json all = json::object();
  for (const auto& [name, since] : next) all[name] = to_rfc3339(since);
  if (!file_.empty())
    if (!write_whole(file_, all.dump(1, ' ', false, json::error_handler_t::replace) + '\n'))
      return fail(ErrorCode::kFailed, fmt::format("which hosts are drained cannot be written to '{}'; nothing is changed", file_.string()));
  hosts_ = std::move(next);
  return {};
}

}  // namespace headroom
