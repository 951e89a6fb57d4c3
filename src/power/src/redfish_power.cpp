// Redfish (DMTF DSP0266): GET of a ComputerSystem tells its PowerState and where its action Reset is; a POST there asks for it.
#include <curl/curl.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "parts.h"
#include "program.h"

namespace headroom {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestAnswer = 1 << 20;

struct EndCurl {
  void operator()(CURL* c) const { curl_easy_cleanup(c); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

struct HttpAnswer {
  long status = 0;
  std::string body;
};

std::size_t keep(char* data, std::size_t, std::size_t size, void* into) {
  auto& body = static_cast<HttpAnswer*>(into)->body;
  if (body.size() + size > kLongestAnswer) return 0;
  body.append(data, size);
  return size;
}

// The first sentence of an error as DSP0266 lays it down; empty: none.
std::string sentence_of(const std::string& body) {
  const json object = json::parse(body, nullptr, false);
  if (!object.is_object() || !object.contains("error") || !object["error"].is_object()) return {};
  const json& error = object["error"];
  const json info = error.value("@Message.ExtendedInfo", json::array());
  if (info.is_array() && !info.empty() && info[0].is_object() && info[0].contains("Message") && info[0]["Message"].is_string())
    return last_line(info[0]["Message"].get<std::string>());
  return error.contains("message") && error["message"].is_string() ? last_line(error["message"].get<std::string>()) : "";
}

ErrorCode code_of(long status) {
  switch (status) {
    case 401:
    case 403: return ErrorCode::kRefused;
    case 404: return ErrorCode::kNotFound;
    case 503: return ErrorCode::kUnreachable;
    default: return ErrorCode::kFailed;
  }
}

std::string text_at(const json& object, const char* key) {
  return object.is_object() && object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
}

class RedfishPower final : public HostPower {
 public:
  explicit RedfishPower(RedfishBoard settings) : settings_(std::move(settings)) {}

  bool can_start() const override { return true; }
  bool can_stop() const override { return true; }
  Result<void> start() override { return reset("On", SwitchState::kOn); }
  Result<void> stop() override { return reset("GracefulShutdown", SwitchState::kOff); }

  Result<SwitchState> state() override {
    const auto system = read_system();
    if (!system) return tl::unexpected(system.error());
    return state_in(*system);
  }

 private:
  Result<HttpAnswer> ask(const std::string& path, const std::optional<std::string>& body) const;

  Result<json> read_system() const {
    const auto answer = ask(settings_.system, std::nullopt);
    if (!answer) return tl::unexpected(answer.error());
    json system = json::parse(answer->body, nullptr, false);
    if (!system.is_object()) return fail(ErrorCode::kFailed, fmt::format("{}{} is no JSON object", settings_.url, settings_.system));
    return system;
  }

  Result<SwitchState> state_in(const json& system) const {
    const std::string word = text_at(system, "PowerState");
    if (word == "On" || word == "Paused") return SwitchState::kOn;
    if (word == "Off") return SwitchState::kOff;
    if (word == "PoweringOn") return SwitchState::kStarting;
    if (word == "PoweringOff") return SwitchState::kStopping;
    return fail(ErrorCode::kFailed, fmt::format("{}{} has the power state '{}'", settings_.url, settings_.system, last_line(word)));
  }

  // Boards refuse what is so already, so that they are asked first.
  Result<void> reset(const char* type, SwitchState wanted) const {
    const auto system = read_system();
    if (!system) return tl::unexpected(system.error());
    const auto now = state_in(*system);
    if (!now) return tl::unexpected(now.error());
    if (*now == wanted) return {};
    const json actions = system->value("Actions", json::object());
    const json action = actions.is_object() ? actions.value("#ComputerSystem.Reset", json::object()) : json::object();
    const std::string target = text_at(action, "target");
    // A path on this board: the password goes nowhere else.
    if (!target.starts_with('/') || target.starts_with("//"))
      return fail(ErrorCode::kFailed, fmt::format("{}{} names no action ComputerSystem.Reset of its own", settings_.url, settings_.system));
    return ask(target, json{{"ResetType", type}}.dump()).map([](const auto&) {});
  }

  const RedfishBoard settings_;
};

Result<HttpAnswer> RedfishPower::ask(const std::string& path, const std::optional<std::string>& body) const {
  const auto secret = read_secret(settings_.password_file);
  if (!secret) return tl::unexpected(secret.error());
  const std::unique_ptr<CURL, EndCurl> curl(curl_easy_init());
  const std::unique_ptr<curl_slist, EndCurl> headers(curl_slist_append(nullptr, "Content-Type: application/json"));
  if (!curl || !headers) return fail(ErrorCode::kFailed, "libcurl cannot be used");
  HttpAnswer answer;
  const std::string url = settings_.url + path;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(settings_.deadline.count()));
  curl_easy_setopt(curl.get(), CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
  curl_easy_setopt(curl.get(), CURLOPT_USERNAME, settings_.user.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, secret->c_str());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, keep);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer);
  if (!settings_.trusted_file.empty()) curl_easy_setopt(curl.get(), CURLOPT_CAINFO, settings_.trusted_file.c_str());
  if (body) {
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl.get(), CURLOPT_COPYPOSTFIELDS, body->c_str());
  }
  if (const CURLcode code = curl_easy_perform(curl.get()); code != CURLE_OK) {
    const bool no_answer = code == CURLE_OPERATION_TIMEDOUT || code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST ||
                           code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING;
    return fail(no_answer ? ErrorCode::kUnreachable : ErrorCode::kFailed, fmt::format("{}: {}", url, curl_easy_strerror(code)));
  }
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  if (answer.status >= 200 && answer.status < 300) return answer;
  const std::string why = sentence_of(answer.body);
  return fail(code_of(answer.status), fmt::format("{} answered {}{}{}", url, answer.status, why.empty() ? "" : ": ", why));
}

bool on_this_machine(const std::string& url) {
  return url.starts_with("http://127.0.0.1:") || url.starts_with("http://localhost:") || url.starts_with("http://[::1]:");
}

}  // namespace

Result<std::unique_ptr<HostPower>> make(RedfishBoard settings) {
  while (settings.url.ends_with('/')) settings.url.pop_back();
  if (!settings.url.starts_with("https://") && !on_this_machine(settings.url))
    return invalid(fmt::format("'{}' is no https:// address of a management board; over http its password would be read on the way",
                               settings.url));
  if (settings.url.find('@') != std::string::npos) return invalid("the address of a management board names no user; write `user` and a password file");
  if (!settings.system.starts_with("/")) return invalid(fmt::format("'{}' is no path of a system, as /redfish/v1/Systems/1 is", settings.system));
  if (auto secret = read_secret(settings.password_file); !secret) return tl::unexpected(secret.error());
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (!ready) return fail(ErrorCode::kFailed, "libcurl cannot be used");
  return std::make_unique<RedfishPower>(std::move(settings));
}

}  // namespace headroom
