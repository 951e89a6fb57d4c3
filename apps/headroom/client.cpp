#include "client.h"

#include <fmt/format.h>
#include <httplib.h>

#include <charconv>

#include "table.h"

namespace headroom::cli {
namespace {

constexpr std::size_t kLongestAnswer = 64 << 20;
constexpr auto kPatienceSeconds = 10;

struct Target {
  std::string host;
  int port = 80;
};

// Only plain http: the manager speaks nothing else, and only on loopback.
Result<Target> parse_server(const std::string& url) {
  constexpr std::string_view kHttp = "http://";
  const auto bad = [&] { return invalid(fmt::format("--server '{}' is not http://ADDRESS:PORT", url)); };
  if (!url.starts_with(kHttp)) return bad();
  std::string rest = url.substr(kHttp.size());
  if (rest.ends_with('/')) rest.pop_back();
  Target target{rest, 80};
  const auto colon = rest.rfind(':');
  if (colon != std::string::npos && rest.find(']', colon) == std::string::npos) {
    target.host = rest.substr(0, colon);
    const char *begin = rest.data() + colon + 1, *end = rest.data() + rest.size();
    const auto read = std::from_chars(begin, end, target.port);
    if (read.ec != std::errc() || read.ptr != end || target.port < 1 || target.port > 65535) return bad();
  }
  if (target.host.starts_with('[') && target.host.ends_with(']')) target.host = target.host.substr(1, target.host.size() - 2);
  if (target.host.empty() || target.host.find('/') != std::string::npos) return bad();
  return target;
}

ErrorCode code_of(int status) {
  switch (status) {
    case 400: return ErrorCode::kInvalid;
    case 403:
    case 405: return ErrorCode::kRefused;
    case 404: return ErrorCode::kNotFound;
    case 503: return ErrorCode::kUnreachable;
    default: return ErrorCode::kFailed;
  }
}

Result<nlohmann::json> read_answer(int status, const std::string& body, const std::string& where) {
  auto object = nlohmann::json::parse(body, nullptr, false);
  if (status == 200 && !object.is_discarded()) return object;
  if (object.is_object() && object.contains("error") && object["error"].is_object() && object["error"].contains("message") &&
      object["error"]["message"].is_string())
    return fail(code_of(status), harmless(object["error"]["message"].get<std::string>()));
  return fail(ErrorCode::kFailed, fmt::format("{} answered {} and nothing Headroom would say; is it a headroomd?", where, status));
}

}  // namespace

std::shared_ptr<ServerOptions> add_server_options(CLI::App& command) {
  auto options = std::make_shared<ServerOptions>();
  command.add_option("--server", options->server, "Where headroomd listens")->capture_default_str();
  command.add_option("--socket", options->socket, "Ask over headroomd's Unix socket instead");
  command.add_option("-o,--output", options->output, "table or json")->check(CLI::IsMember({"table", "json"}))->capture_default_str();
  return options;
}

Result<nlohmann::json> Client::get(const std::string& path) const { return ask("GET", path); }
Result<nlohmann::json> Client::post(const std::string& path) const { return ask("POST", path); }

Result<nlohmann::json> Client::ask(const std::string& method, const std::string& path) const {
  Target target{options_.socket, 80};
  if (options_.socket.empty()) {
    auto parsed = parse_server(options_.server);
    if (!parsed) return tl::unexpected(parsed.error());
    target = std::move(*parsed);
  }
  const std::string where = options_.socket.empty() ? options_.server : options_.socket;
  httplib::Client http(target.host, target.port);
  if (!options_.socket.empty()) http.set_address_family(AF_UNIX);
  http.set_connection_timeout(kPatienceSeconds);
  http.set_read_timeout(kPatienceSeconds);
  http.set_url_encode(false);
  httplib::Request request;
  request.method = method;
  request.path = "/api/v1/" + path;
  if (!options_.socket.empty()) request.set_header("Host", "localhost");
  std::string body;
  request.content_receiver = [&body](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    body.append(data, size);
    return body.size() <= kLongestAnswer;
  };
  const auto answer = http.send(request);
  if (!answer)
    return fail(ErrorCode::kUnreachable, fmt::format("no headroomd answers at {} ({}); start one with headroomd", where,
                                                     httplib::to_string(answer.error())));
  return read_answer(answer->status, body.empty() ? answer->body : body, where);
}

std::string escaped(const std::string& name) {
  std::string text;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (plain) text += c;
    else text += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return text;
}

void print_json(const nlohmann::json& object) {
  fmt::print("{}\n", object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace headroom::cli
