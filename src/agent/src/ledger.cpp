// The file: "headroom-agent-directives 1", "epoch N", then a line for each directive: its result as a message in hexadecimal, and 1 when
// the manager has it.
#include "ledger.h"

#include <algorithm>
#include <charconv>

#include "files.h"
#include "headroom/base/check.h"

namespace headroom::agent {
namespace {

using wire::v1::DirectiveResult;

constexpr std::string_view kFirstLine = "headroom-agent-directives 1";
constexpr std::size_t kMostAcknowledged = 256, kMostUnacknowledged = 64, kMostFileBytes = 1 << 20;

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

bool from_hex(std::string_view text, std::string& bytes) {
  bytes.clear();
  for (; text.size() >= 2; text.remove_prefix(2)) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + 2, value, 16);
    if (error != std::errc() || end != text.data() + 2) return false;
    bytes += static_cast<char>(value);
  }
  return text.empty();
}

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

}  // namespace

Result<Ledger> Ledger::open(std::string path) {
  Ledger ledger(std::move(path));
  const auto text = read_file(ledger.path_, kMostFileBytes);
  if (!text && text.error().code == ErrorCode::kNotFound) return ledger;
  if (!text) return tl::unexpected(text.error());
  if (auto ok = ledger.read(*text); !ok) return tl::unexpected(ok.error());
  std::deque<Entry> entries = ledger.entries_;
  bool interrupted = false;
  for (Entry& entry : entries) {
    if (entry.result.outcome() != wire::v1::OUTCOME_NONE) continue;
    entry.result.set_outcome(wire::v1::INTERRUPTED);
    entry.result.set_reason("the agent was stopped while it did this; how far it came is not known");
    interrupted = true;
  }
  if (interrupted) {
    if (auto ok = ledger.save(entries, ledger.epoch_); !ok) return tl::unexpected(ok.error());
  }
  return ledger;
}

Result<void> Ledger::read(std::string_view text) {
  const auto broken = [this](const char* what) { return invalid(path_ + " is broken (" + what + "); remove it only if no directive can be under way"); };
  if (take_line(text) != kFirstLine) return broken("its first line");
  std::string_view epoch = take_line(text);
  if (!epoch.starts_with("epoch ")) return broken("no epoch");
  epoch.remove_prefix(6);
  const auto [end, error] = std::from_chars(epoch.data(), epoch.data() + epoch.size(), epoch_);
  if (error != std::errc() || end != epoch.data() + epoch.size()) return broken("its epoch");
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    std::string bytes;
    Entry entry;
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos || !from_hex(line.substr(0, space), bytes) || !entry.result.ParseFromString(bytes)) return broken("an entry");
    entry.acknowledged = line.substr(space + 1) == "1";
    entries_.push_back(std::move(entry));
  }
  return {};
}

Result<void> Ledger::save(const std::deque<Entry>& entries, std::uint64_t epoch) {
  std::string text(kFirstLine);
  text += "\nepoch " + std::to_string(epoch) + '\n';
  for (const Entry& entry : entries) text += to_hex(entry.result.SerializeAsString()) + (entry.acknowledged ? " 1\n" : " 0\n");
  if (auto ok = replace_file(path_, text, 0600); !ok) return ok;
  entries_ = entries;
  epoch_ = epoch;
  return {};
}

const Ledger::Entry* Ledger::find(std::string_view id) const {
  const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.result.id() == id; });
  return at == entries_.end() ? nullptr : &*at;
}

const DirectiveResult* Ledger::result(std::string_view id) const {
  const Entry* entry = find(id);
  return entry && entry->result.outcome() != wire::v1::OUTCOME_NONE ? &entry->result : nullptr;
}

Result<void> Ledger::begin(std::string_view id, std::uint64_t epoch) {
  std::deque<Entry> entries = entries_;
  const auto acknowledged = [](const Entry& entry) { return entry.acknowledged; };
  auto forgettable = static_cast<std::size_t>(std::count_if(entries.begin(), entries.end(), acknowledged));
  if (entries.size() - forgettable >= kMostUnacknowledged) return fail(ErrorCode::kRefused, "too many results wait for the manager's acknowledgement");
  for (; forgettable > kMostAcknowledged; --forgettable) entries.erase(std::find_if(entries.begin(), entries.end(), acknowledged));
  entries.emplace_back().result.set_id(std::string(id));
  return save(entries, std::max(epoch_, epoch));
}

Result<void> Ledger::end(const DirectiveResult& result) {
  std::deque<Entry> entries = entries_;
  const auto at = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.result.id() == result.id(); });
  HEADROOM_CHECK(at != entries.end(), "only what was begun has a result to keep");
  at->result = result;
  return save(entries, epoch_);
}

Result<void> Ledger::acknowledged(std::string_view id) {
  std::deque<Entry> entries = entries_;
  const auto at = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) { return entry.result.id() == id; });
  if (at == entries.end() || at->result.outcome() == wire::v1::OUTCOME_NONE) return {};
  at->acknowledged = true;
  return save(entries, epoch_);
}

void Ledger::for_each_unacknowledged(const std::function<void(const DirectiveResult&)>& take) const {
  for (const Entry& entry : entries_) {
    if (!entry.acknowledged && entry.result.outcome() != wire::v1::OUTCOME_NONE) take(entry.result);
  }
}

}  // namespace headroom::agent
