#include "client.h"

#include <fmt/format.h>
#include <httplib.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

#include "shipped.h"
#include "table.h"

namespace headroom::cli {
namespace {

constexpr std::size_t kLongestAnswer = 64 << 20;
constexpr auto kPatienceSeconds = 10;

struct Target {
  std::string host;
  int port = 80;
  bool tls = false;
};

Result<Target> parse_server(const std::string& url) {
  constexpr std::string_view kHttp = "http://", kHttps = "https://";
  const auto bad = [&] { return invalid(fmt::format("--server '{}' is not http://ADDRESS:PORT or https://NAME:PORT", url)); };
  const bool tls = url.starts_with(kHttps);
  if (!tls && !url.starts_with(kHttp)) return bad();
  std::string rest = url.substr((tls ? kHttps : kHttp).size());
  if (rest.ends_with('/')) rest.pop_back();
  Target target{rest, tls ? 443 : 80, tls};
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

Result<void> check_secret(const char* option, const std::string& file, const char* noun) {
  struct stat found{};
  if (stat(file.c_str(), &found) != 0) return invalid(fmt::format("{} '{}': {}", option, file, std::strerror(errno)));
  if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return invalid(fmt::format("{} '{}' may be read by others on this machine; chmod 600 it, and have a new {} made", option, file, noun));
  return {};
}

Result<std::string> read_token(const std::string& file) {
  if (auto good = check_secret("--token-file", file, "token"); !good) return tl::unexpected(good.error());
  std::ifstream in(file);
  std::string token;
  std::getline(in, token);
  if (token.empty() || token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != std::string::npos)
    return invalid(fmt::format("--token-file '{}' holds no token of headroom access token create", file));
  return token;
}

Result<void> show_certificate(SSL_CTX* context, const ServerOptions& options) {
  if (options.certificate.empty() != options.key.empty()) return invalid("--cert and --key go together");
  if (options.certificate.empty()) return {};
  if (auto good = check_secret("--key", options.key, "key"); !good) return good;
  if (SSL_CTX_use_certificate_chain_file(context, options.certificate.c_str()) != 1)
    return invalid(fmt::format("--cert '{}' is no certificate in PEM that can be read", options.certificate));
  if (SSL_CTX_use_PrivateKey_file(context, options.key.c_str(), SSL_FILETYPE_PEM) != 1)
    return invalid(fmt::format("--key '{}' is not the key (PEM, without a passphrase) of '{}'", options.key, options.certificate));
  return {};
}

Result<std::unique_ptr<httplib::ClientImpl>> connect(const ServerOptions& options) {
  if (!options.socket.empty()) {
    auto http = std::make_unique<httplib::ClientImpl>(options.socket);
    http->set_address_family(AF_UNIX);
    http->set_default_headers({{"Host", "localhost"}});
    return http;
  }
  const auto target = parse_server(options.server);
  if (!target) return tl::unexpected(target.error());
  if (!target->tls) {
    if (!options.token_file.empty()) return invalid(fmt::format("a token goes over https only, and --server is {}", options.server));
    if (!options.certificate.empty()) return invalid(fmt::format("a certificate is shown over https only, and --server is {}", options.server));
    return std::make_unique<httplib::ClientImpl>(target->host, target->port);
  }
  auto https = std::make_unique<httplib::SSLClient>(target->host, target->port);
  https->enable_server_certificate_verification(true);
  if (auto shown = show_certificate(https->ssl_context(), options); !shown) return tl::unexpected(shown.error());
  if (!options.ca.empty()) {
    if (!std::ifstream(options.ca)) return invalid(fmt::format("--ca '{}' cannot be read", options.ca));
    https->set_ca_cert_path(options.ca);
  }
  if (!options.token_file.empty()) {
    const auto token = read_token(options.token_file);
    if (!token) return tl::unexpected(token.error());
    https->set_default_headers({{"Authorization", "Bearer " + *token}});
  }
  return https;
}

std::string hint_of(httplib::Error error) {
  if (error == httplib::Error::SSLServerVerification || error == httplib::Error::SSLLoadingCerts)
    return "its certificate is not of an authority that is trusted here, or not for that name; give --ca FILE";
  return "start one with headroomd";
}

ErrorCode code_of(int status) {
  switch (status) {
    case 400: return ErrorCode::kInvalid;
    case 401:
    case 403:
    case 405: return ErrorCode::kRefused;
    case 404: return ErrorCode::kNotFound;
    case 429:
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

void add_common_options(CLI::App& command, ServerOptions& options) {
  command.add_option("--token-file", options.token_file, "Of an https server: the file (mode 0600) whose first line is the token");
  command.add_option("--cert", options.certificate, "Of an https server: a certificate (PEM, with its chain) that says who one is, instead of a token");
  command.add_option("--key", options.key, "The certificate's key (PEM, mode 0600)");
  command.add_option("--ca", options.ca, "Of an https server: the certificates (PEM) that may vouch for it, instead of the system's");
  command.add_option("-o,--output", options.output, "table or json")->check(CLI::IsMember({"table", "json"}))->capture_default_str();
}

}  // namespace

std::shared_ptr<ServerOptions> add_server_options(CLI::App& command) {
  auto options = std::make_shared<ServerOptions>();
  command.add_option("--server", options->server, "Where headroomd listens: http://ADDRESS:PORT, or https://NAME:PORT with a token")->capture_default_str();
  command.add_option("--socket", options->socket, "Ask over headroomd's Unix socket instead");
  add_common_options(command, *options);
  return options;
}

std::shared_ptr<ServerOptions> add_change_options(CLI::App& command) {
  auto options = std::make_shared<ServerOptions>();
  options->socket = default_socket().string();
  auto* socket = command.add_option("--socket", options->socket, "headroomd's Unix socket")->capture_default_str();
  command.add_option_function<std::string>("--server", [options](const std::string& url) {
    options->server = url;
    options->socket.clear();
  }, "Ask over https://NAME:PORT instead, with a token that may")->excludes(socket);
  add_common_options(command, *options);
  return options;
}

Result<nlohmann::json> Client::get(const std::string& path) const { return ask("GET", path); }
Result<nlohmann::json> Client::post(const std::string& path) const { return ask("POST", path); }

Result<nlohmann::json> Client::ask(const std::string& method, const std::string& path) const {
  const auto http = connect(options_);
  if (!http) return tl::unexpected(http.error());
  const std::string where = by_socket() ? options_.socket : options_.server;
  (*http)->set_connection_timeout(kPatienceSeconds);
  (*http)->set_read_timeout(kPatienceSeconds);
  (*http)->set_url_encode(false);
  httplib::Request request;
  request.method = method;
  request.path = "/api/v1/" + path;
  std::string body;
  request.content_receiver = [&body](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
    body.append(data, size);
    return body.size() <= kLongestAnswer;
  };
  const auto answer = (*http)->send(request);
  if (!answer)
    return fail(ErrorCode::kUnreachable, fmt::format("no headroomd answers at {} ({}); {}", where, httplib::to_string(answer.error()),
                                                     hint_of(answer.error())));
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
