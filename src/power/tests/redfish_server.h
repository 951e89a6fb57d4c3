// A management board's Redfish service over TLS, with a certificate of its own.
#pragma once

#include <fmt/format.h>
#include <httplib.h>

#include <cstdlib>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "headroom/base/stop.h"
#include "headroom/power/adapters.h"
#include "support/folder.h"

namespace headroom {

class RedfishServer {
 public:
  RedfishServer() {
    folder_.put("password", "s3cret\n");
    const std::string make = fmt::format("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=board -addext "
                                         "subjectAltName=IP:127.0.0.1 -keyout {} -out {} 2> {}",
                                         folder_.at("key"), folder_.at("certificate"), folder_.at("openssl.log"));
    EXPECT_EQ(std::system(make.c_str()), 0) << folder_.read("openssl.log");
    server_ = std::make_unique<httplib::SSLServer>(folder_.at("certificate").c_str(), folder_.at("key").c_str());
    server_->Get("/redfish/v1/Systems/1", [this](const auto& request, auto& answer) { system(request, answer); });
    server_->Post("/redfish/v1/Systems/1/Actions/Reset", [this](const auto& request, auto& answer) { reset(request, answer); });
    server_->Get("/moved", [](const auto&, auto& answer) { answer.set_redirect("https://127.0.0.1:1/redfish/v1/Systems/1"); });
    server_->Get("/huge", [](const auto&, auto& answer) { answer.set_content(std::string(3 << 20, ' '), "application/json"); });
    server_->Get("/odd", [](const auto&, auto& answer) { answer.set_content(R"({"PowerState": 7, "Actions": []})", "application/json"); });
    server_->Get("/elsewhere", [](const auto&, auto& answer) {
      answer.set_content(R"({"PowerState": "Off", "Actions": {"#ComputerSystem.Reset": {"target": "//127.0.0.1:1/x"}}})", "application/json");
    });
    port_ = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    EXPECT_TRUE(poll_until([this] { return server_->is_running(); }, std::chrono::seconds(20)));
  }
  RedfishServer(const RedfishServer&) = delete;
  RedfishServer& operator=(const RedfishServer&) = delete;
  ~RedfishServer() {
    server_->stop();
    thread_.join();
  }

  const Folder& folder() const { return folder_; }
  RedfishBoard board() const {
    return {.url = fmt::format("https://127.0.0.1:{}", port_), .user = "operator", .password_file = folder_.at("password"),
            .trusted_file = folder_.at("certificate"), .deadline = std::chrono::seconds(10)};
  }
  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  static bool may(const httplib::Request& request, httplib::Response& answer) {
    if (request.get_header_value("Authorization") == httplib::make_basic_authentication_header("operator", "s3cret").second) return true;
    answer.status = 401;
    answer.set_content(R"({"error": {"code": "Base.1.0", "message": "see extended", "@Message.ExtendedInfo": [{"Message": "Who are you?"}]}})",
                       "application/json");
    return false;
  }
  void system(const httplib::Request& request, httplib::Response& answer) const {
    if (!may(request, answer)) return;
    const std::lock_guard lock(mutex_);
    const nlohmann::json object{{"PowerState", power_},
                                {"Actions", {{"#ComputerSystem.Reset", {{"target", "/redfish/v1/Systems/1/Actions/Reset"}}}}}};
    answer.set_content(object.dump(), "application/json");
  }
  void reset(const httplib::Request& request, httplib::Response& answer) {
    if (!may(request, answer)) return;
    const std::lock_guard lock(mutex_);
    asked_.push_back(nlohmann::json::parse(request.body).at("ResetType"));
    power_ = asked_.back() == "On" ? "On" : "Off";
    answer.status = 204;
  }

  Folder folder_;
  std::unique_ptr<httplib::SSLServer> server_;
  int port_ = 0;
  std::thread thread_;
  mutable std::mutex mutex_;
  std::string power_ = "Off";
  std::vector<std::string> asked_;
};

}  // namespace headroom
