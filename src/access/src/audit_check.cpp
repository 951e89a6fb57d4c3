#include "headroom/access/audit_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "audit_file.h"

namespace headroom::access {
namespace {

// Walks the entries in order, one at a time: a log may be long.
class Walk {
 public:
  explicit Walk(const std::optional<AuditAnchor>& anchor) : anchor_(anchor) {}

  void take(const AuditRecord& r) {
    const std::int64_t due = verdict_.head.number + 1;
    if (r.number > due) fault(due == r.number - 1 ? fmt::format("entry {} is missing", due) : fmt::format("entries {} to {} are missing", due, r.number - 1));
    else if (r.number < due) fault(fmt::format("entry {} was put in before the first", r.number));
    if (hash_of(r) != r.hash) fault(fmt::format("entry {} ({}) was altered: it is not what its hash was taken of", r.number, to_rfc3339(r.at)));
    if (r.previous != previous_)
      fault(fmt::format("entry {} does not follow what stands before it: something was altered, removed or put in there", r.number));
    if (anchor_ && r.number == anchor_->number) {
      met_anchor_ = true;
      if (r.hash != anchor_->hash) fault(fmt::format("entry {} is not the one of the anchor: the log was written anew", r.number));
    }
    previous_ = r.hash;
    verdict_.head = {r.number, r.hash};
    ++verdict_.entries;
  }

  AuditVerdict end(std::int64_t numbers_given) {
    if (numbers_given > verdict_.head.number)
      fault(fmt::format("the log went on to entry {} and ends with entry {} now: its end was cut off", numbers_given, verdict_.head.number));
    if (anchor_ && !met_anchor_)
      fault(fmt::format("entry {} of the anchor is not there: the log ends with entry {}", anchor_->number, verdict_.head.number));
    return std::move(verdict_);
  }

 private:
  void fault(std::string text) {
    if (verdict_.faults.size() < AuditVerdict::kMostFaults) verdict_.faults.push_back(std::move(text));
  }

  const std::optional<AuditAnchor>& anchor_;
  AuditVerdict verdict_;
  std::string previous_ = no_hash();
  bool met_anchor_ = false;
};

}  // namespace

Result<AuditAnchor> parse_anchor(std::string_view text) {
  AuditAnchor anchor;
  const auto colon = text.find(':');
  const auto bad = [&] { return invalid(fmt::format("'{}' is no anchor; one is NUMBER:HASH, as headroomd logs it with each entry", text)); };
  if (colon == std::string_view::npos) return bad();
  const auto read = std::from_chars(text.data(), text.data() + colon, anchor.number);
  anchor.hash = std::string(text.substr(colon + 1));
  const bool hex = anchor.hash.size() == 64 && anchor.hash.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (read.ec != std::errc() || read.ptr != text.data() + colon || anchor.number < 1 || !hex) return bad();
  return anchor;
}

Result<AuditVerdict> check_audit_log(const std::string& path, const std::optional<AuditAnchor>& anchor) {
  auto database = sqlite::read_state_file(path, kAuditFile);
  if (!database) return tl::unexpected(database.error());
  const auto unreadable = [&](const Error& e) { return fail(ErrorCode::kFailed, fmt::format("cannot read the audit log {}: {}", path, e.message)); };
  if (auto begun = database->execute("BEGIN"); !begun) return unreadable(begun.error());  // one moment of it, though its manager writes on
  auto rows = database->prepare(fmt::format("SELECT {} FROM entries ORDER BY number", kColumns));
  if (!rows) return unreadable(rows.error());
  Walk walk(anchor);
  for (;;) {
    const auto row = rows->step();
    if (!row) return unreadable(row.error());
    if (!*row) break;
    walk.take(read_record(*rows));
  }
  const auto given = database->number("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'entries'");
  if (!given) return unreadable(given.error());
  return walk.end(*given);
}

}  // namespace headroom::access
