#include "headroom/libvirt/state_book.h"

#include <fmt/format.h>

#include <array>
#include <random>

#include "headroom/sqlite/state_file.h"

namespace headroom::libvirt {
namespace {

constexpr std::int64_t kApplicationId = 0x4865'4c76;  // "HeLv"
constexpr std::int64_t kSchemaVersion = 2;  // 1: without absent_hosts

constexpr const char* kSchema = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE manager (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), owner TEXT NOT NULL, epoch INTEGER NOT NULL);
CREATE TABLE hosts (id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL UNIQUE);
CREATE TABLE vms (id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL UNIQUE);
PRAGMA application_id = 1214598262;
PRAGMA user_version = 1;
COMMIT;
)sql";
// Of a file of either version.
constexpr const char* kUpgrade = R"sql(
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS absent_hosts (uri TEXT PRIMARY KEY, power INTEGER NOT NULL, since_ms INTEGER NOT NULL, heard_ms INTEGER NOT NULL,
                                         why TEXT NOT NULL, facts TEXT NOT NULL);
PRAGMA user_version = 2;
COMMIT;
)sql";
static_assert(kApplicationId == 1214598262 && kSchemaVersion == 2, "the pragmas above say the same numbers");

constexpr sqlite::FileKind kStateFile{"state file", kApplicationId, kSchemaVersion, kSchema,
                                      "restore it from a backup, or move it away and remove the claims from the VMs' metadata"};

// RFC 4122, version 4.
std::string new_uuid() {
  std::random_device random;
  std::array<std::uint32_t, 4> w{random(), random(), random(), random()};
  w[1] = (w[1] & 0xffff0fff) | 0x00004000;
  w[2] = (w[2] & 0x3fffffff) | 0x80000000;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:04x}{:08x}", w[0], w[1] >> 16, w[1] & 0xffff, w[2] >> 16, w[2] & 0xffff, w[3]);
}

}  // namespace

struct StateBook::Parts {
  sqlite::FileLock lock;  // released last: the database closes first
  sqlite::Database database;
  Claim claim{};

  Result<void> begin_run();
  Result<std::uint32_t> id_of(const char* table, const std::string& uuid);
};

// One statement, so that two runs cannot have one epoch whatever crashes when.
Result<void> StateBook::Parts::begin_run() {
  if (auto good = database.execute(kUpgrade); !good) return good;
  auto raise = database.prepare(
      "INSERT INTO manager (only_row, owner, epoch) VALUES (1, ?, 1) ON CONFLICT (only_row) DO UPDATE SET epoch = epoch + 1");
  if (!raise) return tl::unexpected(raise.error());
  if (auto done = raise->bind(std::string_view(new_uuid())).run(); !done) return done;
  auto read = database.prepare("SELECT owner, epoch FROM manager");
  if (!read) return tl::unexpected(read.error());
  if (auto row = read->step(); !row || !*row) return fail(ErrorCode::kFailed, "its manager is not there");
  claim.owner = read->next_text();
  claim.epoch = read->next_int();
  return {};
}

Result<std::uint32_t> StateBook::Parts::id_of(const char* table, const std::string& uuid) {
  auto select = database.prepare(fmt::format("SELECT id FROM {} WHERE uuid = ?", table));
  if (!select) return tl::unexpected(select.error());
  const auto row = select->bind(std::string_view(uuid)).step();
  if (!row) return tl::unexpected(row.error());
  if (*row) return static_cast<std::uint32_t>(select->next_int());
  auto insert = database.prepare(fmt::format("INSERT INTO {} (uuid) VALUES (?)", table));
  if (!insert) return tl::unexpected(insert.error());
  if (auto done = insert->bind(std::string_view(uuid)).run(); !done) return tl::unexpected(done.error());
  return static_cast<std::uint32_t>(database.last_row_id());
}

StateBook::StateBook(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
StateBook::~StateBook() = default;

Result<std::unique_ptr<StateBook>> StateBook::open(const std::string& path) {
  auto lock = sqlite::FileLock::acquire(path + ".lock", kStateFile.noun);
  if (!lock) return tl::unexpected(lock.error());
  auto database = sqlite::open_state_file(path, kStateFile);
  if (!database) return tl::unexpected(database.error());
  auto parts = std::make_unique<Parts>(Parts{std::move(*lock), std::move(*database)});
  if (auto begun = parts->begin_run(); !begun)
    return fail(ErrorCode::kFailed, fmt::format("cannot write to the {} {}: {}", kStateFile.noun, path, begun.error().message));
  return std::unique_ptr<StateBook>(new StateBook(std::move(parts)));
}

const Claim& StateBook::claim() const { return parts_->claim; }

Result<HostId> StateBook::host(const std::string& uuid) {
  return parts_->id_of("hosts", uuid).map([](std::uint32_t id) { return HostId(id); });
}

Result<VmId> StateBook::vm(const std::string& uuid) {
  return parts_->id_of("vms", uuid).map([](std::uint32_t id) { return VmId(id); });
}

Result<std::vector<AbsentHost>> StateBook::absent() {
  auto rows = parts_->database.prepare("SELECT uri, power, since_ms, heard_ms, why, facts FROM absent_hosts ORDER BY uri");
  if (!rows) return tl::unexpected(rows.error());
  std::vector<AbsentHost> all;
  for (;;) {
    const auto row = rows->step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return all;
    AbsentHost host;
    host.uri = rows->next_text();
    host.power = static_cast<PowerState>(rows->next_int());
    host.since = Instant(Duration(rows->next_int()));
    host.heard_at = Instant(Duration(rows->next_int()));
    host.why = rows->next_text();
    auto facts = parse_host_facts(rows->next_text());
    if (!facts) return fail(ErrorCode::kFailed, fmt::format("{}: {}", host.uri, facts.error().message));
    host.facts = std::move(*facts);
    all.push_back(std::move(host));
  }
}

Result<void> StateBook::note_absent(const AbsentHost& host) {
  auto insert = parts_->database.prepare(
      "INSERT OR REPLACE INTO absent_hosts (uri, power, since_ms, heard_ms, why, facts) VALUES (?, ?, ?, ?, ?, ?)");
  if (!insert) return tl::unexpected(insert.error());
  const std::string facts = to_json_text(host.facts);
  insert->bind(std::string_view(host.uri)).bind(static_cast<std::int64_t>(host.power)).bind(host.since.time_since_epoch().count());
  return insert->bind(host.heard_at.time_since_epoch().count()).bind(std::string_view(host.why)).bind(std::string_view(facts)).run();
}

Result<void> StateBook::note_present(const std::string& uri) {
  auto erase = parts_->database.prepare("DELETE FROM absent_hosts WHERE uri = ?");
  if (!erase) return tl::unexpected(erase.error());
  return erase->bind(std::string_view(uri)).run();
}

}  // namespace headroom::libvirt
