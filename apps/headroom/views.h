// The API's answers in words and tables; shared by get, describe and explain.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "headroom/model/resources.h"

namespace headroom::cli {

// "1.5 cores"; "-" where the manager has none to tell.
std::string amount(const nlohmann::json& by_resource, Resource r);
// "0.2 / 1.5 cores".
std::string of(const nlohmann::json& part, const nlohmann::json& whole, Resource r);
// "12 %", "0.4 %"; "-" for null.
std::string percent(const nlohmann::json& share);
// "1 VM", "5 VMs".
std::string counted(const nlohmann::json& count, std::string_view what);
// "2013-08-10 04:35".
std::string moment(const nlohmann::json& at);

std::string hosts_table(const nlohmann::json& fleet);
std::string vms_table(const nlohmann::json& fleet);
std::string actions_table(const nlohmann::json& actions);
std::string denied_table(const nlohmann::json& denied);
std::string plan_text(const nlohmann::json& plan);
std::string score_text(const nlohmann::json& score);
std::string status_text(const nlohmann::json& status);
// "of 90 % bounds 90.3 % held, ..."; what there is to say where none was judged.
std::string bounds_held(const nlohmann::json& accuracy);
std::string live_accuracy_text(const nlohmann::json& accuracy);
std::string vm_text(const nlohmann::json& vm);
std::string host_text(const nlohmann::json& host);

// What a VM has, what is forecast with what confidence, why it was last changed, what was denied and why, and what would
// change it; in sentences.
std::string explanation(const nlohmann::json& vm, const nlohmann::json& status);

}  // namespace headroom::cli
