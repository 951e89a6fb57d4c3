#include "journal_row.h"

#include <fmt/format.h>

namespace headroom {
namespace {

template <class IdT>
std::optional<std::int64_t> to_column(IdT id) {
  if (!id.valid()) return std::nullopt;
  return id.value();
}

template <class IdT>
IdT next_id(sqlite::Statement& row) {
  const auto value = row.next_optional_int();
  return value ? IdT(static_cast<std::uint32_t>(*value)) : IdT();
}

Resources next_resources(sqlite::Statement& row) {
  Resources amount;
  for (Resource r : kAllResources) amount[r] = row.next_int();
  return amount;
}

// The enumerations of the model are numbered from 0 and name() of a number beyond the last is "".
template <class Enum>
std::optional<Enum> parse(const std::string& text) {
  for (std::uint8_t i = 0; !name(static_cast<Enum>(i)).empty(); ++i)
    if (text == name(static_cast<Enum>(i))) return static_cast<Enum>(i);
  return std::nullopt;
}

template <class T>
bool assign(T& to, const std::optional<T>& from) {
  if (from) to = *from;
  return from.has_value();
}

bool read_reason(sqlite::Statement& row, Reason& reason) {
  const bool known = assign(reason.code, parse<ReasonCode>(row.next_text()));
  reason.rule = row.next_text();
  reason.resource = parse_resource(row.next_text());
  reason.horizon = Duration(row.next_int());
  for (double* number : {&reason.level, &reason.demand, &reason.limit, &reason.confidence, &reason.saves_usd_per_hour})
    *number = row.next_double();
  return known;
}

}  // namespace

void bind_action(sqlite::Statement& s, const Action& action) {
  s.bind(name(action.kind)).bind(to_column(action.vm)).bind(to_column(action.from)).bind(to_column(action.to));
  for (Resource r : kAllResources) s.bind(action.before[r]);
  for (Resource r : kAllResources) s.bind(action.after[r]);
  const Reason& reason = action.reason;
  s.bind(name(reason.code)).bind(std::string_view(reason.rule));
  s.bind(reason.resource ? name(*reason.resource) : std::string_view());
  s.bind(std::int64_t{reason.horizon.count()}).bind(reason.level).bind(reason.demand).bind(reason.limit);
  s.bind(reason.confidence).bind(reason.saves_usd_per_hour);
}

Result<JournalRecord> read_record(sqlite::Statement& row) {
  JournalRecord record;
  record.id = ActionId(static_cast<std::uint32_t>(row.next_int()));
  bool known = assign(record.phase, parse_action_phase(row.next_text()));
  record.planned_at = from_ms(row.next_int());
  record.changed_at = from_ms(row.next_int());
  record.message = row.next_text();
  Action& action = record.action;
  known &= assign(action.kind, parse<ActionKind>(row.next_text()));
  action.vm = next_id<VmId>(row);
  action.from = next_id<HostId>(row);
  action.to = next_id<HostId>(row);
  action.before = next_resources(row);
  action.after = next_resources(row);
  known &= read_reason(row, action.reason);
  if (!known)
    return fail(ErrorCode::kFailed, fmt::format("action {} of the journal has a phase, kind or reason that this "
                                                "version does not know", record.id.value()));
  return record;
}

}  // namespace headroom
