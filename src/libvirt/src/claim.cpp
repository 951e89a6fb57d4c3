#include "headroom/libvirt/claim.h"

#include <fmt/format.h>

#include "headroom/xml/build.h"
#include "headroom/xml/document.h"

namespace headroom::libvirt {
namespace {

std::string said(const Claim& c) { return fmt::format("manager {} in its run {}", c.owner, c.epoch); }

}  // namespace

ClaimFinding judge(const std::optional<Claim>& found, const Claim& ours) {
  if (!found) return ClaimFinding::kFree;
  if (found->owner != ours.owner) return ClaimFinding::kAnothers;
  if (found->epoch == ours.epoch) return ClaimFinding::kOurs;
  return found->epoch < ours.epoch ? ClaimFinding::kOurEarlier : ClaimFinding::kOurLater;
}

Result<Claim> parse_claim(std::string_view text) {
  const auto document = xml::Document::parse(text, "claim", 4096);
  if (!document) return tl::unexpected(document.error());
  const xml::Element root = document->root();
  const auto epoch = root.number("epoch");
  std::string owner = root.attribute("owner");
  if (root.name() != "claim" || owner.empty() || owner.size() > 100 || !epoch || *epoch < 1)
    return invalid("claim: it names no owner and epoch");
  return Claim{std::move(owner), *epoch};
}

std::string to_xml(const Claim& claim) {
  return xml::Build("claim").attribute("owner", claim.owner).attribute("epoch", std::to_string(claim.epoch)).text();
}

Result<void> ClaimKeeper::stop(const std::string& vm, const std::string& why) {
  if (!stopped_) stopped_ = fmt::format("VM {} {}; nothing is done any more: make sure that one manager runs, then restart it", vm, why);
  return fail(ErrorCode::kRefused, *stopped_);
}

Result<void> ClaimKeeper::acquire(ClaimStore& store, const std::string& vm) {
  if (stopped_) return fail(ErrorCode::kRefused, *stopped_);
  const auto found = store.read(vm);
  if (!found) {
    if (found.error().code != ErrorCode::kInvalid) return tl::unexpected(found.error());
    return stop(vm, "bears a claim that cannot be read (" + found.error().message + ")");
  }
  switch (judge(*found, ours_)) {
    case ClaimFinding::kOurs: return {};
    case ClaimFinding::kAnothers:
    case ClaimFinding::kOurLater: return stop(vm, "is claimed by " + said(**found));
    case ClaimFinding::kFree:
    case ClaimFinding::kOurEarlier: break;
  }
  if (auto written = store.write(vm, ours_); !written) return written;
  return expect_ours(store, vm);
}

Result<void> ClaimKeeper::check(ClaimStore& store, const std::string& vm) {
  if (stopped_) return fail(ErrorCode::kRefused, *stopped_);
  return expect_ours(store, vm);
}

Result<void> ClaimKeeper::expect_ours(ClaimStore& store, const std::string& vm) {
  const auto found = store.read(vm);
  if (!found) {
    if (found.error().code != ErrorCode::kInvalid) return tl::unexpected(found.error());
    return stop(vm, "bears a claim that cannot be read (" + found.error().message + ")");
  }
  if (*found && **found == ours_) return {};
  return stop(vm, *found ? "was claimed by " + said(**found) + " meanwhile" : std::string("lost our claim, which somebody removed"));
}

}  // namespace headroom::libvirt
