// Every endpoint of the table against every role; what is written down; tokens and the audit log over the API.
#include <gmock/gmock.h>

#include "headroom/access/audit_check.h"
#include "rig.h"

namespace headroom {
namespace {

using access::Caller;
using access::Role;
using nlohmann::json;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kAdmin;
using testing::kViewer;
using testing::StillApi;

const Caller kNobody{"anybody", std::nullopt, "192.0.2.7"}, kOperator{"token ci", Role::kOperator, "192.0.2.7"};

Request to(std::string_view method, std::string_view path) {
  Request request;
  request.method = method;
  request.path = "/api/v1/" + std::string(path);
  return request;
}

std::string filled(std::string_view pattern) {
  std::string path(pattern);
  if (const auto at = path.find("{name}"); at != std::string::npos) path.replace(at, 6, path.starts_with("vms") ? "web/1" : "h1");
  return path;
}

// What anybody who looks may see, and who changes or sees secrets: written out again, so that the table cannot change unnoticed.
Role expected(const Endpoint& e) {
  if (e.pattern == "vms/{name}/policy" && e.method == "POST") return Role::kAdmin;
  if (e.pattern.starts_with("audit") || e.pattern.starts_with("access/tokens") || e.pattern.starts_with("agents/")) return Role::kAdmin;
  return e.method == "POST" ? Role::kOperator : Role::kViewer;
}

TEST(Access, EveryEndpointLetsInItsRoleAndNoLesserOne) {
  StillApi rig;
  const Api api({rig.board, *rig.history, rig.books, [](bool) -> Result<void> { return {}; }, "/none",
                 [](const std::string&, bool) -> Result<void> { return {}; }});
  ASSERT_GE(Api::endpoints().size(), 20U);
  for (const Endpoint& e : Api::endpoints()) {
    ASSERT_TRUE(e.role.has_value()) << e.pattern;
    EXPECT_EQ(*e.role, expected(e)) << e.pattern;
    for (const Caller& caller : {kNobody, kViewer, kOperator, kAdmin}) {
      const int status = api.answer(to(e.method, filled(e.pattern)), caller).status;
      const std::string where = fmt::format("{} {} as {}", e.method, e.pattern, caller.role ? access::name(*caller.role) : "nobody");
      if (caller.may(*e.role)) EXPECT_THAT(status, AnyOf(200, 400, 404, 503)) << where;
      else EXPECT_EQ(status, caller.role ? 403 : 401) << where;
    }
    for (const char* other : {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "post", ""})
      EXPECT_EQ(api.answer(to(other, filled(e.pattern)), kAdmin).status, 405) << other << " " << e.pattern;
  }
}

TEST(Access, APathThatIsNoEndpointIsNobodys) {
  StillApi rig;
  for (const char* path : {"", "access", "access/tokens/", "access/tokens//revoke", "audit/", "hosts/", "../status", "Status", "status/"})
    for (const char* method : {"GET", "POST"})
      EXPECT_THAT(rig.api.answer(to(method, path), kNobody).status, AnyOf(404, 405, 401)) << method << " " << path;
}

TEST(Access, RefusalsAreProblemsThatSayWhatIsMissing) {
  StillApi rig;
  const Answer nobody = rig.api.answer(to("GET", "status"), kNobody);
  EXPECT_EQ(nobody.type, "application/problem+json");
  EXPECT_THAT(nobody.headers.at("WWW-Authenticate"), HasSubstr("Bearer"));
  const json problem = json::parse(rig.api.answer(to("POST", "pause"), kViewer).body);
  EXPECT_EQ(problem.at("type"), "about:blank");
  EXPECT_EQ(problem.at("title"), "Forbidden");
  EXPECT_EQ(problem.at("status"), 403);
  EXPECT_EQ(problem.at("detail"), "this takes the role operator, and anybody has the role viewer");
  EXPECT_EQ(problem.at("error").at("code"), "forbidden");
}

TEST(Access, WritesDownEveryChangeAndWhoWasNotLet) {
  StillApi rig;
  rig.api.answer(to("POST", "pause"), kOperator);
  rig.api.answer(to("POST", "resume"), kViewer);
  rig.api.answer(to("POST", "hosts/h1/drain"), kNobody);
  rig.api.answer(to("GET", "audit"), kOperator);
  rig.api.answer(to("GET", "status"), kNobody);   // not worth it
  EXPECT_THAT(rig.entries(), ElementsAre("token ci pause : allowed", "token ci pause : done", "anybody resume : refused: it takes the role operator",
                                         "anybody drain h1: refused: no token", "token ci audit list : refused: it takes the role admin"));
}

TEST(Access, ATokenIsMadeShownOnceListedAndRevoked) {
  StillApi rig;
  Request create = to("POST", "access/tokens");
  create.query = {{"name", "ci"}, {"role", "operator"}, {"expires", "2h"}};
  const json made = json::parse(rig.api.answer(create, kAdmin).body);
  const std::string text = made.at("token");
  EXPECT_EQ(made.at("expires_at"), "2023-11-15T00:13:20Z");
  EXPECT_EQ(rig.books.tokens->check(text)->role, Role::kOperator);
  const Answer listed = rig.api.answer(to("GET", "access/tokens"), kAdmin);
  EXPECT_EQ(json::parse(listed.body).at("tokens").at(0).at("name"), "ci");
  EXPECT_THAT(listed.body, ::testing::Not(HasSubstr(text.substr(13))));
  EXPECT_EQ(rig.api.answer(to("POST", "access/tokens/ci/revoke"), kAdmin).status, 200);
  EXPECT_FALSE(rig.books.tokens->check(text).has_value());
  EXPECT_EQ(rig.api.answer(to("POST", "access/tokens/ci/revoke"), kAdmin).status, 404);
  for (const std::string& entry : rig.entries()) EXPECT_THAT(entry, ::testing::Not(HasSubstr(text.substr(13))));
  EXPECT_THAT(rig.entries(), ElementsAre("uid 0 token create ci: allowed", "uid 0 token create ci: done", "uid 0 token revoke ci: allowed",
                                         "uid 0 token revoke ci: done", "uid 0 token revoke ci: allowed",
                                         "uid 0 token revoke ci: failed: no token is called 'ci'; headroom access token list shows them"));
}

TEST(Access, ATokenThatCannotBeMadeIsToldWhy) {
  StillApi rig;
  for (const auto& [role, expires] : std::vector<std::pair<std::string, std::string>>{{"root", "1h"}, {"", "1h"}, {"viewer", "soon"}, {"viewer", "0s"}}) {
    Request create = to("POST", "access/tokens");
    create.query = {{"name", "ci"}, {"role", role}, {"expires", expires}};
    EXPECT_EQ(rig.api.answer(create, kAdmin).status, 400) << role << " " << expires;
  }
  EXPECT_THAT(rig.books.tokens->all(), ::testing::IsEmpty());
}

TEST(Access, TheAuditLogIsListedAndChecked) {
  StillApi rig;
  rig.api.answer(to("POST", "pause"), kOperator);
  const json listed = json::parse(rig.api.answer(to("GET", "audit"), kAdmin).body).at("entries");
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed.at(0).at("outcome"), "done");
  EXPECT_EQ(listed.at(0).at("from"), "192.0.2.7");
  Request check = to("GET", "audit/check");
  check.query = {{"anchor", fmt::format("2:{}", listed.at(0).at("hash").get<std::string>())}};
  const json verdict = json::parse(rig.api.answer(check, kAdmin).body);
  EXPECT_EQ(verdict.at("entries"), 2);
  EXPECT_TRUE(verdict.at("faults").empty());
  check.query = {{"anchor", "2:" + std::string(64, 'a')}};
  EXPECT_EQ(json::parse(rig.api.answer(check, kAdmin).body).at("faults").size(), 1U);
}

}  // namespace
}  // namespace headroom
