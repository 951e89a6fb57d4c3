// Who may talk to the manager, and who did: tokens and the audit log.
#include "api_table.h"
#include "headroom/access/audit_check.h"

namespace headroom {
namespace {

using nlohmann::json;

constexpr std::size_t kEntriesDefault = 100, kEntriesMost = 10'000;
constexpr Duration kUsualLife = std::chrono::hours(24 * 90);

json moment(const std::optional<Instant>& at) { return at ? json(to_rfc3339(*at)) : json(nullptr); }

json token_json(const access::Token& t) {
  return {{"id", t.id},
          {"name", t.name},
          {"role", access::name(t.role)},
          {"made_at", to_rfc3339(t.made_at)},
          {"expires_at", moment(t.expires_at)},
          {"last_used_at", moment(t.last_used_at)},
          {"revoked_at", moment(t.revoked_at)}};
}

json entry_json(const access::AuditRecord& r) {
  const access::AuditEntry& e = r.entry;
  return {{"number", r.number}, {"at", to_rfc3339(r.at)}, {"who", e.who},         {"role", e.role}, {"from", e.from},
          {"action", e.action}, {"target", e.target},     {"outcome", e.outcome}, {"hash", r.hash}};
}

}  // namespace

Answer Api::me(const Asked& asked) const {
  return json_answer({{"who", asked.caller.who}, {"role", access::name(*asked.caller.role)}, {"from", asked.caller.from}});
}

Answer Api::tokens(const Asked&) const {
  json all = json::array();
  for (const access::Token& t : ports_.books.tokens->all()) all.push_back(token_json(t));
  return json_answer({{"tokens", std::move(all)}});
}

Result<Answer> Api::create_token(const Asked& asked) const {
  access::TokenWish wish;
  wish.name = asked.parameter("name");
  const auto role = access::parse_role(asked.parameter("role"));
  if (!role) return tl::unexpected(role.error());
  wish.role = *role;
  wish.lasts = kUsualLife;
  if (const std::string expires = asked.parameter("expires"); expires == "never") {
    wish.lasts.reset();
  } else if (!expires.empty()) {
    const auto lasts = parse_duration(expires);
    if (!lasts) return invalid("expires: " + lasts.error().message);
    wish.lasts = *lasts;
  }
  const auto made = ports_.books.tokens->create(wish);
  if (!made) return tl::unexpected(made.error());
  json told = token_json(made->token);
  told["token"] = made->text;
  return json_answer(told);
}

Result<Answer> Api::revoke_token(const Asked& asked) const {
  return ports_.books.tokens->revoke(asked.name).map([&] { return json_answer({{"revoked", asked.name}}); });
}

Answer Api::audit(const Asked& asked) const {
  std::size_t limit = kEntriesDefault;
  if (asked.request.query.contains("limit")) {
    const auto read = count_of(asked.parameter("limit"), "limit", kEntriesDefault, kEntriesMost);
    if (!read) return refusal(read.error());
    limit = *read;
  }
  const auto records = ports_.books.audit->newest(limit);
  if (!records) return refusal(records.error());
  json all = json::array();
  for (const access::AuditRecord& r : *records) all.push_back(entry_json(r));
  return json_answer({{"entries", std::move(all)}});
}

Answer Api::audit_check(const Asked& asked) const {
  std::optional<access::AuditAnchor> anchor;
  if (asked.request.query.contains("anchor")) {
    const auto read = access::parse_anchor(asked.parameter("anchor"));
    if (!read) return refusal(read.error());
    anchor = *read;
  }
  const auto verdict = access::check_audit_log(ports_.books.audit->path(), anchor);
  if (!verdict) return refusal(verdict.error());
  return json_answer({{"entries", verdict->entries},
                      {"head", {{"number", verdict->head.number}, {"hash", verdict->head.hash}}},
                      {"faults", verdict->faults}});
}

}  // namespace headroom
