// The services of proto/headroom_api.proto: every method does the same, and what differs stands there.
//
// Ownership: borrow the calls.
#pragma once

#include "calls.h"
#include "headroom_api.grpc.pb.h"

namespace headroom::rpc {

using Context = grpc::CallbackServerContext*;
using Reactor = grpc::ServerUnaryReactor*;

class Fleet final : public v1::FleetService::CallbackService {
 public:
  explicit Fleet(Calls& calls) : calls_(calls) {}
  Reactor GetStatus(Context c, const v1::GetStatusRequest* q, v1::ManagerStatus* a) override { return calls_.answer(c, q, a); }
  Reactor ListHosts(Context c, const v1::ListHostsRequest* q, v1::HostList* a) override { return calls_.answer(c, q, a); }
  Reactor GetHost(Context c, const v1::GetHostRequest* q, v1::Host* a) override { return calls_.answer(c, q, a); }
  Reactor ListVms(Context c, const v1::ListVmsRequest* q, v1::VmList* a) override { return calls_.answer(c, q, a); }
  Reactor GetVm(Context c, const v1::GetVmRequest* q, v1::Vm* a) override { return calls_.answer(c, q, a); }
  Reactor GetVmPolicy(Context c, const v1::GetVmPolicyRequest* q, v1::VmPolicy* a) override { return calls_.answer(c, q, a); }
  Reactor GetAccuracy(Context c, const v1::GetAccuracyRequest* q, v1::AccuracyReport* a) override { return calls_.answer(c, q, a); }
  Reactor GetCost(Context c, const v1::GetCostRequest* q, v1::CostReport* a) override { return calls_.answer(c, q, a); }
  Reactor GetScore(Context c, const v1::GetScoreRequest* q, v1::ScoreReport* a) override { return calls_.answer(c, q, a); }

 private:
  Calls& calls_;
};

class Plans final : public v1::PlanService::CallbackService {
 public:
  explicit Plans(Calls& calls) : calls_(calls) {}
  Reactor GetPlan(Context c, const v1::GetPlanRequest* q, v1::Plan* a) override { return calls_.answer(c, q, a); }
  Reactor Explain(Context c, const v1::ExplainRequest* q, v1::Explanation* a) override { return calls_.answer(c, q, a); }
  Reactor WhatIf(Context c, const v1::WhatIfRequest* q, v1::WhatIfAnswer* a) override { return calls_.answer(c, q, a); }
  Reactor ListActions(Context c, const v1::ListActionsRequest* q, v1::ActionList* a) override { return calls_.answer(c, q, a); }
  grpc::ServerWriteReactor<v1::Action>* WatchActions(Context c, const v1::WatchActionsRequest* q) override { return calls_.watch(c, q); }

 private:
  Calls& calls_;
};

class Control final : public v1::ControlService::CallbackService {
 public:
  explicit Control(Calls& calls) : calls_(calls) {}
  Reactor Pause(Context c, const v1::PauseRequest* q, v1::ManagerStatus* a) override { return calls_.answer(c, q, a); }
  Reactor Resume(Context c, const v1::ResumeRequest* q, v1::ManagerStatus* a) override { return calls_.answer(c, q, a); }
  Reactor DrainHost(Context c, const v1::DrainHostRequest* q, v1::ManagerStatus* a) override { return calls_.answer(c, q, a); }
  Reactor UndrainHost(Context c, const v1::UndrainHostRequest* q, v1::ManagerStatus* a) override { return calls_.answer(c, q, a); }
  Reactor SetVmPolicy(Context c, const v1::SetVmPolicyRequest* q, v1::VmPolicy* a) override { return calls_.answer(c, q, a); }

 private:
  Calls& calls_;
};

class Agents final : public v1::AgentService::CallbackService {
 public:
  explicit Agents(Calls& calls) : calls_(calls) {}
  Reactor ListAgents(Context c, const v1::ListAgentsRequest* q, v1::AgentList* a) override { return calls_.answer(c, q, a); }
  Reactor CreateAgentToken(Context c, const v1::CreateAgentTokenRequest* q, v1::AgentToken* a) override { return calls_.answer(c, q, a); }
  Reactor RevokeAgent(Context c, const v1::RevokeAgentRequest* q, v1::RevokedAgent* a) override { return calls_.answer(c, q, a); }

 private:
  Calls& calls_;
};

class Access final : public v1::AccessService::CallbackService {
 public:
  explicit Access(Calls& calls) : calls_(calls) {}
  Reactor WhoAmI(Context c, const v1::WhoAmIRequest* q, v1::Caller* a) override { return calls_.answer(c, q, a); }
  Reactor ListTokens(Context c, const v1::ListTokensRequest* q, v1::TokenList* a) override { return calls_.answer(c, q, a); }
  Reactor CreateToken(Context c, const v1::CreateTokenRequest* q, v1::Token* a) override { return calls_.answer(c, q, a); }
  Reactor RevokeToken(Context c, const v1::RevokeTokenRequest* q, v1::RevokedToken* a) override { return calls_.answer(c, q, a); }
  Reactor ListAuditEntries(Context c, const v1::ListAuditEntriesRequest* q, v1::AuditEntryList* a) override { return calls_.answer(c, q, a); }
  Reactor CheckAudit(Context c, const v1::CheckAuditRequest* q, v1::AuditVerdict* a) override { return calls_.answer(c, q, a); }

 private:
  Calls& calls_;
};

}  // namespace headroom::rpc
