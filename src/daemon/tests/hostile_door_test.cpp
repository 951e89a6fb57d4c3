// Requests that nobody honest sends, through real doors: mutations of good ones, cut into pieces, ended too early. Each gets an answer of HTTP
// or the end of its connection, never a failure of the manager's; and the door serves on. HEADROOM_SEED replays one.
#include <gmock/gmock.h>
#include <sys/un.h>

#include <random>

#include "rig.h"

namespace headroom {
namespace {

using testing::over_socket;
using testing::StillApi;

std::uint64_t seed() {
  const char* given = std::getenv("HEADROOM_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

int requests() { return std::getenv("HEADROOM_LONG") != nullptr ? 100'000 : 2'000; }

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}
  std::size_t below(std::size_t n) { return random_() % n; }

  std::string request(const std::string& host) {
    static const std::vector<Endpoint> kAll = Api::endpoints();
    static const std::vector<std::string> kParameters{"", "?limit=5", "?name=a&role=admin&expires=1h", "?change=load=%2B30%25:web*:cpu", "?change=new-vm=cpu=4,memory=8GiB:3",
                                                      "?from=2026-01-01&name=web%2F1", "?expires=never&role=viewer&name=%C3%A9"};
    const Endpoint& e = kAll[below(kAll.size())];
    std::string pattern(e.pattern);
    if (const auto at = pattern.find("{name}"); at != std::string::npos) pattern.replace(at, 6, below(2) == 0 ? "h1" : "web%2F1");
    std::string text = fmt::format("{} /api/v1/{}{} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\n\r\n", e.method, pattern, kParameters[below(kParameters.size())], host);
    for (std::size_t i = below(5); i > 0 && !text.empty(); --i) mutate(text);
    return text;
  }

 private:
  void mutate(std::string& text) {
    static const std::vector<std::string> kFragments{
        "%00", "%", "%zz", "%2e%2e/", "../", "//", "?", "&", "=", ";", "#", "\r\n", "\n", "\r\n\r\n", "\t", " ", ":", "HTTP/9.9", "HTTP/1.0", "Transfer-Encoding: chunked\r\n",
        "Content-Length: 99999999999999999999\r\n", "Content-Length: -1\r\n", "Content-Length: 5\r\n", "Range: bytes=0-0,0-0,1-\r\n", "Expect: 100-continue\r\n",
        "Connection: Upgrade\r\n", "Accept-Encoding: gzip, br\r\n", "Authorization: Bearer ", "Cookie: a=b\r\n", "Content-Type: multipart/form-data; boundary=\r\n", "\xff\xfe", "\xc0\xaf",
        std::string(1, '\0'), std::string(300, 'a'), std::string(20'000, 'x'), "18446744073709551616", "-9223372036854775808", "1e999", "{\"a\":[", "\"\\ud800\""};
    const std::size_t at = below(text.size());
    switch (below(4)) {
      case 0: text[at] = static_cast<char>(random_()); break;
      case 1: text.insert(at, kFragments[below(kFragments.size())]); break;
      case 2: text.erase(at, 1 + below(40)); break;
      default: text.insert(at, text.substr(below(text.size()), below(200)));
    }
  }
  std::mt19937_64 random_;
};

// All that comes back of bytes sent in two pieces, nothing following them. Without the second the sender is one that stops half way.
std::string send_all(int fd, std::string_view text, std::size_t cut) {
  for (const std::string_view part : {text.substr(0, cut), text.substr(cut)})
    if (!part.empty() && send(fd, part.data(), part.size(), MSG_NOSIGNAL) < 0) break;   // it has been closed: there is an answer to read
  shutdown(fd, SHUT_WR);
  std::string answer;
  char buffer[4096];
  for (ssize_t got; (got = recv(fd, buffer, sizeof buffer, 0)) > 0;) answer.append(buffer, static_cast<std::size_t>(got));
  close(fd);
  return answer;
}

int to_socket(const std::filesystem::path& path) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  path.string().copy(to.sun_path, sizeof to.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  return fd;
}

int to_port(int port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
  return fd;
}

// An answer is one of HTTP, of a status that is not the manager's own failure, and JSON where it says so.
void expect_an_answer(const std::string& request, const std::string& answer) {
  if (answer.empty()) return;
  ASSERT_TRUE(answer.starts_with("HTTP/1.1 ")) << answer.substr(0, 80) << "\nto " << request;
  const std::string status = answer.substr(9, 3);
  ASSERT_THAT(status, ::testing::MatchesRegex("[1-5][0-9][0-9]"));
  ASSERT_NE(status, "500") << answer << "\nto " << request;
  const auto body = answer.find("\r\n\r\n");
  if (answer.find("json") < body && request.rfind("HEAD", 0) != 0 && body + 4 < answer.size()) {
    ASSERT_TRUE(nlohmann::json::accept(answer.substr(body + 4))) << answer << "\nto " << request;
  }
}

struct Drained : StillApi {
  Api all{{board, *history, books, [](bool) -> Result<void> { return {}; }, folder / "page", [](const std::string&, bool) -> Result<void> { return {}; }}};
};

TEST(HostileRequests, GetAnAnswerOfHttpOrNoneWhereAnybodyMayLook) {
  const auto with = seed();
  fmt::print("HEADROOM_SEED={}\n", with);
  Mutator mutator(with);
  Drained rig;
  const auto door = Door::on_tcp({"127.0.0.1", 0}, rig.all).value();
  const std::string host = fmt::format("127.0.0.1:{}", door->port());
  int answered = 0;
  for (int i = 0; i < requests(); ++i) {
    const std::string request = mutator.request(host);
    const std::string answer = send_all(to_port(door->port()), request, mutator.below(request.size() + 1));
    expect_an_answer(request, answer);
    if (::testing::Test::HasFatalFailure()) return;
    answered += answer.starts_with("HTTP/1.1 200");
  }
  EXPECT_GT(answered, requests() / 20) << "those that were left as they were are answered";
  EXPECT_THAT(rig.books.tokens->all(), ::testing::IsEmpty()) << "nobody there may give tokens";
}

TEST(HostileRequests, GetAnAnswerOfHttpOrNoneWhereAnAdminAsks) {
  const auto with = seed();
  fmt::print("HEADROOM_SEED={}\n", with);
  Mutator mutator(with);
  Drained rig;
  const auto door = Door::on_socket(rig.folder / "s", rig.all).value();
  for (int i = 0; i < requests() / 10; ++i) {   // changes are written to the audit log, each to the disk
    const std::string request = mutator.request("localhost");
    expect_an_answer(request, send_all(to_socket(rig.folder / "s"), request, mutator.below(request.size() + 1)));
    if (::testing::Test::HasFatalFailure()) return;
  }
  EXPECT_TRUE(over_socket(rig.folder / "s").Get("/api/v1/status")) << "it serves on";
}

}  // namespace
}  // namespace headroom
